/** Where a command reads and writes; tests hand in their own. */
export interface CommandIo {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly isTty: boolean
}

/** One subcommand of `seine`: the help, the parser of the first word and the documentation come from this. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** `seine up [--fetchers n]`. */
  readonly usage: string
  /** Whole command lines. */
  readonly examples: readonly string[]
  /** Gives the exit code: 0 done, 1 it failed, 2 it was asked wrongly, 130 interrupted. */
  run(args: string[], io: CommandIo): Promise<number>
}
