import type { Command } from './command.ts'
import { commands } from './commands.ts'
import { exitCodes } from './exit-codes.ts'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

/** What a shell completes: commands, and the flags that their usage names. */
interface Word {
  readonly name: string
  readonly summary: string
  readonly flags: readonly string[]
}

export const command: Command = {
  name: 'completion',
  summary: 'Print a script that completes commands and flags in a shell',
  usage: 'seine completion bash|zsh|fish',
  examples: [
    'source <(seine completion bash)',
    'seine completion zsh > ~/.zfunc/_seine',
    'seine completion fish > ~/.config/fish/completions/seine.fish',
  ],
  async run([shell, ...others], io) {
    if (!isShell(shell) || others.length > 0) {
      io.stderr.write(`seine completion: which shell?\nusage: ${command.usage}\n`)
      return exitCodes.usage
    }
    io.stdout.write(scripts[shell](await wordsOf()))
    return exitCodes.ok
  },
}

const isShell = (text: string | undefined): text is Shell => shells.some((shell) => shell === text)

async function wordsOf(): Promise<Word[]> {
  const loaded = await Promise.all(commands.map(async (entry) => (await entry.load()).command))
  const words = loaded.map(({ name, summary, usage }) => ({
    name,
    summary,
    flags: [...new Set([...(usage.match(/--[a-z][a-z-]*/g) ?? []), '--help'])],
  }))
  return [...words, { name: 'help', summary: 'Tell of the commands, or of one', flags: [] }]
}

const scripts: Record<Shell, (words: readonly Word[]) => string> = {
  bash: (words) => `# bash completion for seine
_seine() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}"
  if [ "$COMP_CWORD" -eq 1 ] || [ "$command" = help ]; then
    COMPREPLY=($(compgen -W "${words.map(({ name }) => name).join(' ')}" -- "$word"))
    return
  fi
  case "$command" in
${words.map(({ name, flags }) => `    ${name}) COMPREPLY=($(compgen -W "${flags.join(' ')}" -- "$word")) ;;`).join('\n')}
  esac
}
complete -o default -F _seine seine
`,
  zsh: (words) => `#compdef seine
_seine() {
  local -a commands
  commands=(
${words.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )) || [[ "$words[2]" == help ]]; then
    _describe command commands
    return
  fi
  case "$words[2]" in
${words.map(({ name, flags }) => `    ${name}) compadd -- ${flags.join(' ')}; _files ;;`).join('\n')}
  esac
}
if [ "$funcstack[1]" = _seine ]; then _seine "$@"; else compdef _seine seine; fi
`,
  fish: (words) => `# fish completion for seine
${words
  .flatMap(({ name, summary, flags }) => [
    `complete -c seine -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...flags.map((flag) => `complete -c seine -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -l ${flag.slice(2)}`),
  ])
  .join('\n')}
`,
}

/** A word of a shell, whatever stands in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
