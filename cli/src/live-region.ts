/** The last lines of a terminal, drawn over again and again; other lines scroll by above. */
export interface LiveRegion {
  draw(lines: readonly string[]): void
  /** A line that stays. */
  print(line: string): void
  /** Leaves nothing behind. */
  clear(): void
}

const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'

/** Lines must not be wider than the terminal, or the way back up is miscounted. */
export function makeLiveRegion(write: (text: string) => void): LiveRegion {
  let drawn: readonly string[] = []
  const back = () => (drawn.length === 0 ? '' : `\x1b[${drawn.length}A\r\x1b[0J`)
  const show = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
  return {
    draw(lines) {
      write(hideCursor + back() + show(lines))
      drawn = lines
    },
    print(line) {
      write(`${back()}${line}\n${show(drawn)}`)
    },
    clear() {
      write(back() + showCursor)
      drawn = []
    },
  }
}
