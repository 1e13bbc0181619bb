import type { RunDetail } from '@seine/client'
import { type FailOnQuality, isPoor } from './quality-flag.ts'

/** What the exit code of a command that is about a run says. */
export const exitCodes = {
  /** The run completed and every site with it; or it still goes on. */
  ok: 0,
  /** The run failed, or some of its sites did. */
  failed: 1,
  /** The command was asked wrongly: flags, an unknown site or run. */
  usage: 2,
  cancelled: 3,
  /** No gateway answers, or the mesh behind it does not. */
  unreachable: 4,
  /** The run completed, and its quality gates say that its data is not to be relied on (`--fail-on-quality`). */
  quality: 5,
  interrupted: 130,
} as const

export const exitCodeHelp = [
  '0  completed',
  '1  failed, or some sites failed',
  '2  asked wrongly: flags, unknown site or run',
  '3  cancelled',
  '4  the mesh can not be reached',
  '5  completed, and a quality gate failed (--fail-on-quality warning|failed|never)',
  '130  interrupted',
] as const

/** The exit code for a run as it stands; a failed site goes before poor quality. */
export function exitCodeOf(
  run: Pick<RunDetail, 'status' | 'siteCounts' | 'quality'>,
  failOn: FailOnQuality = 'failed',
): number {
  if (run.status === 'failed') return exitCodes.failed
  if (run.status === 'cancelled') return exitCodes.cancelled
  if (run.status !== 'completed') return exitCodes.ok
  if ((run.siteCounts.failed ?? 0) > 0) return exitCodes.failed
  return isPoor(run, failOn) ? exitCodes.quality : exitCodes.ok
}
