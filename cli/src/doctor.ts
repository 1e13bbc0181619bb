import type { Command } from './command.ts'
import { checksFor, type Finding } from './doctor-checks.ts'
import { exitCodes } from './exit-codes.ts'
import { readFlags } from './flags.ts'
import { gatewayFlags } from './run-arguments.ts'

export const command: Command = {
  name: 'doctor',
  summary: 'Check what the mesh needs on this machine, and say how to mend it',
  usage: 'seine doctor [--json] [--gateway url]',
  examples: ['seine doctor', 'seine doctor --json'],
  /** Exit code 0: nothing is missing that has to be there. 1: something is. */
  async run(args, io) {
    const flags = readFlags(command, args, gatewayFlags, io)
    if (flags === null) return exitCodes.usage
    const findings = await Promise.all(checksFor(io, flags.gateway).map(examine))
    if (flags.json) io.stdout.write(`${JSON.stringify({ findings })}\n`)
    else for (const finding of findings) io.stdout.write(lineOf(finding))
    return findings.some(({ state }) => state === 'missing') ? exitCodes.failed : exitCodes.ok
  },
}

type Check = ReturnType<typeof checksFor>[number]

/** A check that breaks has found something that is not as it should be. */
async function examine({ name, check }: Check): Promise<Finding & { name: string }> {
  try {
    return { name, ...(await check()) }
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return { name, state: 'missing', found, mend: 'see what it says' }
  }
}

const signs = { ok: 'ok     ', optional: 'maybe  ', missing: 'MISSING' } as const

function lineOf({ name, state, found, mend }: Finding & { name: string }): string {
  const advice = mend === null ? '' : `\n${' '.repeat(28)}→ ${mend}`
  return `${signs[state]}  ${name.padEnd(18)} ${found}${advice}\n`
}
