import { client } from '../../api.ts'
import { navigate } from '../../router.ts'
import { attempt } from '../../ui/toasts.tsx'

/** Begins to compare two runs and goes to where that is watched. Absent `site`: all that both have. */
export async function startComparison(which: { before: string; after: string; site?: string }): Promise<void> {
  const diff = await attempt(() => client.createDiff(which))
  if (diff !== undefined) navigate(`/diffs/${diff.id}`)
}
