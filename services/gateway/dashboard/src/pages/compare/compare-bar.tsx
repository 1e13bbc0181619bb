import { useState } from 'preact/hooks'
import { t } from '../../i18n.ts'
import { startComparison } from './start-comparison.ts'

/** What can be done with runs that were chosen of a list: nothing with none, a comparison with two. */
export function CompareBar({ chosen, onClear }: { chosen: readonly string[]; onClear: () => void }) {
  const [isBusy, setBusy] = useState(false)
  // Ids begin with the time of their making: the smaller one is the earlier run.
  const [before, after] = [...chosen].sort()
  if (before === undefined) return null
  const compare = async () => {
    if (after === undefined) return
    setBusy(true)
    await startComparison({ before, after })
    setBusy(false)
  }
  return (
    <div class="actions">
      <button type="button" class="primary" disabled={after === undefined || isBusy} onClick={() => void compare()}>
        {t(after === undefined ? 'compare.oneMore' : 'compare.two')}
      </button>
      <button type="button" onClick={onClear}>
        {t('compare.clear')}
      </button>
    </div>
  )
}
