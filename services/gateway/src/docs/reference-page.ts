import type { JsonSchema } from '../http/openapi-schemas.ts'
import { type Operation, operationsOf, parameterWords, propertiesOf, typeWords } from './operations.ts'

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color: #1a1a1a; background: #fff }
nav ul { columns: 3 14rem; padding-left: 1rem } code, pre { font: 14px/1.4 ui-monospace, monospace }
h2 { border-bottom: 2px solid #ccc; margin-top: 3rem } h3 { margin-top: 2rem } pre { background: #f4f4f4; padding: .75rem; overflow: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; border-bottom: 1px solid #ddd }
.method { font-weight: bold; display: inline-block; min-width: 4rem } .access { color: #555 }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } pre { background: #242424 } a { color: #8ab4ff } .access { color: #aaa } th, td { border-color: #333 } }
@media print { nav { display: none } h3 { break-after: avoid } }`

/** The whole API on one page, for reading: no script, nothing fetched. */
export function referencePage(document: JsonSchema): string {
  const info = document.info as { title: string; version: string; description: string }
  const operations = operationsOf(document)
  const tags = [...new Set(operations.map((operation) => operation.tag))]
  const { schemas } = document.components as { schemas: Record<string, JsonSchema> }
  const linked = linkedTo(new Set(Object.keys(schemas)))
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(info.title)} API ${text(info.version)}</title><style>${style}</style></head><body>
<h1>${text(info.title)} API ${text(info.version)}</h1>
${info.description
  .split('\n\n')
  .map((paragraph) => `<p>${inline(paragraph)}</p>`)
  .join('\n')}
<nav>${tags
    .map(
      (tag) =>
        `<h2>${text(tag)}</h2><ul>${operations
          .filter((each) => each.tag === tag)
          .map(entry)
          .join('')}</ul>`,
    )
    .join('')}
<h2>Schemas</h2><ul>${Object.keys(schemas)
    .map((name) => `<li><a href="#schema-${name}">${name}</a></li>`)
    .join('')}</ul></nav>
<main>${tags
    .map(
      (tag) =>
        `<h2>${text(tag)}</h2>${operations
          .filter((each) => each.tag === tag)
          .map((each) => section(each, linked))
          .join('')}`,
    )
    .join('')}
<h2>Schemas</h2>${Object.entries(schemas)
    .map(([name, schema]) => `<h3 id="schema-${name}">${name}</h3>${schemaTable(schema, linked)}`)
    .join('')}</main></body></html>
`
}

type Linked = (words: string) => string

const entry = ({ id, method, path }: Operation): string => `<li><a href="#${id}">${method} ${text(path)}</a></li>`

function section(operation: Operation, linked: Linked): string {
  const { id, method, path, summary, access, parameters, body, answers } = operation
  const given = parameters.map((each) => [code(each.name), each.in, parameterWords(each), each.description ?? ''])
  return `<h3 id="${id}"><span class="method">${method}</span> ${code(path)}</h3>
<p>${inline(summary)} <span class="access">Needs: ${text(access)}.</span></p>
${given.length === 0 ? '' : table(['parameter', 'in', 'type', ''], given)}
${body === null ? '' : `<p>Body: ${linked(typeWords(body.schema))}</p>${body.example === undefined ? '' : `<pre>${text(JSON.stringify(body.example, null, 2))}</pre>`}`}
${table(
  ['answer', 'with', ''],
  answers.map(({ status, shape, about }) => [status, linked(shape), inline(about)]),
)}`
}

function schemaTable(schema: JsonSchema, linked: Linked): string {
  const rows = propertiesOf(schema)
  if (rows.length === 0) return `<p>${linked(typeWords(schema))}</p>`
  return table(
    ['field', 'type'],
    rows.map(({ name, type, required }) => [code(name), `${linked(type)}${required ? '' : ', optional'}`]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')
  return `<table><tr>${cells(head, 'th')}</tr>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</table>`
}

/** Names of schemas lead to where they are told. */
const linkedTo =
  (names: ReadonlySet<string>) =>
  (words: string): string =>
    text(words).replaceAll(/\b[A-Z]\w+\b/g, (name) =>
      names.has(name) ? `<a href="#schema-${name}">${name}</a>` : name,
    )
const inline = (words: string): string => text(words).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
const code = (words: string): string => `<code>${text(words)}</code>`
const text = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
