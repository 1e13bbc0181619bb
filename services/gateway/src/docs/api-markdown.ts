import type { JsonSchema } from '../http/openapi-schemas.ts'
import { type Operation, operationsOf, parameterWords, typeWords } from './operations.ts'

/** The API as Markdown: what docs/API.md is. Schemas are told in `/api/docs`. */
export function apiMarkdown(document: JsonSchema): string {
  const info = document.info as { title: string; description: string }
  const operations = operationsOf(document)
  const tags = [...new Set(operations.map((operation) => operation.tag))]
  const { responses } = document.components as { responses: Record<string, { description: string }> }
  const parts = [
    `# ${info.title} API`,
    'Made from the route table by `npm run docs`. A running gateway has it with every schema under `/api/docs`, to read and print under `/api/docs/redoc`, as OpenAPI 3.1 under `/api/docs/openapi.json` and `.yaml`.',
    info.description,
    'A request needs an API key (`Authorization: Bearer …` or `X-API-Key`) or the session of a browser. What an operation needs: `public` nothing, `read` looks, `run` starts and stops runs, `admin` everything.',
    '## Errors',
    table(
      ['answer', 'when'],
      Object.entries(responses).map(([name, { description }]) => [name, description]),
    ),
    ...tags.flatMap((tag) => [
      `## ${tag}`,
      ...operations.filter((operation) => operation.tag === tag).map(operationText),
    ]),
  ]
  return `${parts.join('\n\n')}\n`
}

function operationText({ method, path, summary, access, parameters, body, answers }: Operation): string {
  const given = parameters.map((each) => [`\`${each.name}\``, each.in, parameterWords(each), each.description ?? ''])
  const [done] = answers
  return [
    `### ${method} ${path}`,
    `${summary} Needs \`${access}\`.`,
    ...(given.length === 0 ? [] : [table(['parameter', 'in', 'type', ''], given)]),
    ...(body === null ? [] : [`Body: ${typeWords(body.schema)}.${exampleOf(body.example)}`]),
    `Answers ${answers
      .filter(({ status }) => status < '400')
      .map(({ status }) => status)
      .join(', ')}: ${done?.shape || done?.about}; errors ${answers
      .filter(({ status }) => status >= '400')
      .map(({ status }) => status)
      .join(', ')}.`,
  ].join('\n\n')
}

const exampleOf = (example: unknown): string =>
  example === undefined ? '' : ` For example \`${JSON.stringify(example)}\`.`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
