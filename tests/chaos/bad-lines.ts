/** What a log never has to say, whatever is broken around the service: these are our own mistakes. */
const never =
  /[Pp]ermissions? [Vv]iolation|IllegalMove|unhandled|TypeError|RangeError|ReferenceError|"level":"fatal"|SyntaxError/

/** Lines of a service's log from a place on that no fault excuses, cut to what can be read. */
export function badLinesOf(name: string, log: string, fromCharacter: number): string[] {
  return log
    .slice(fromCharacter)
    .split('\n')
    .filter((line) => never.test(line))
    .map((line) => `${name} wrote: ${line.slice(0, 500)}`)
}
