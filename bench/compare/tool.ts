/** A crawler that is compared: a program that fetches a list of URLs, reads each page and ends. */
export type Tool = {
  name: string
  /** Where it is, and which version; `missing` says what to do where it can't be run. */
  found: { version: string } | { missing: string }
  /** What of its work is left after `kill -9` of it, or a power cut. */
  survives: string
  /** What it takes from a page, and where it goes. */
  gives: string
  command: string
  /** It prints `BEGIN <CPU ms so far>` when it is ready to begin, and `DONE <pages>`. */
  args(job: ToolJob): string[]
  env?: Readonly<Record<string, string>>
  /** The CSV that it writes into its folder. Absent: it keeps nothing. */
  csv?: string
}

export type ToolJob = {
  /** One URL a line. */
  urlsFile: string
  /** Empty, its own. */
  folder: string
}
