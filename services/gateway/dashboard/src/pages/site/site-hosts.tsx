import type { Host } from '@seine/contracts'
import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatNumber, formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { may } from '../../session.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Facts, Section } from '../../ui/layout.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { reasonText } from '../../ui/status.tsx'
import { attempt } from '../../ui/toasts.tsx'

const orders = ['open', 'closed', 'automatic'] as const
type Order = (typeof orders)[number]

/** How each host of the site is asked, and whether its breaker lets requests through. */
export function SiteHosts({ site }: { site: string }) {
  const hosts = useResource(`hosts:${site}`, () => client.siteHosts(site), { everyMs: 10_000 })
  const [ordering, order] = useState<{ host: string; to: Order } | null>(null)
  return (
    <Section title={t('site.hosts')}>
      <Loaded of={hosts}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('site.noHosts')} />
          ) : (
            <div class="panels">
              {data.map(({ host, state }) => (
                <div class="card" key={host}>
                  <h3>{host}</h3>
                  {state === null ? (
                    <span class="muted">{t('host.neverAsked')}</span>
                  ) : (
                    <HostState state={state} onOrder={(to) => order({ host, to })} />
                  )}
                </div>
              ))}
            </div>
          )
        }
      </Loaded>
      {ordering !== null && (
        <ForceBreaker
          {...ordering}
          onClose={() => order(null)}
          onDone={() => {
            order(null)
            hosts.reload()
          }}
        />
      )}
    </Section>
  )
}

function HostState({ state, onOrder }: { state: Host; onOrder: (to: Order) => void }) {
  const { breaker, forced, breakerReason, probeAtMs, blockedUntilMs, blockedReason, intervalMs, slowed } = state
  const now: Order = forced ?? 'automatic'
  return (
    <>
      <Facts
        of={[
          [
            t('host.breaker'),
            <span key="breaker" class={breaker === 'closed' ? 'good' : 'bad'}>
              {t(`breaker.${breaker}`)}
            </span>,
            forced !== null
              ? t('host.forced', { reason: breakerReason })
              : breaker === 'closed'
                ? null
                : reasonText(breakerReason),
          ],
          [
            t('host.interval'),
            intervalMs === 0 ? t('never') : t('host.ms', { n: formatNumber(intervalMs) }),
            slowed ? t('host.slowed') : null,
          ],
          ...(blockedUntilMs === null || blockedUntilMs < Date.now()
            ? []
            : [[t('host.blockedUntil'), formatTime(blockedUntilMs), reasonText(blockedReason)] as const]),
          ...(probeAtMs === null ? [] : [[t('host.probeAt'), formatTime(probeAtMs)] as const]),
        ]}
      />
      {may('admin') && (
        <div class="actions">
          {orders
            .filter((to) => to !== now)
            .map((to) => (
              <button key={to} type="button" onClick={() => onOrder(to)}>
                {t(`host.force.${to}`)}
              </button>
            ))}
        </div>
      )}
    </>
  )
}

function ForceBreaker(props: { host: string; to: Order; onClose: () => void; onDone: () => void }) {
  const { host, to } = props
  const [reason, setReason] = useState('')
  const submit = async (event: Event) => {
    event.preventDefault()
    if ((await attempt(() => client.forceBreaker(host, to, reason.trim()), t('action.saved'))) !== undefined)
      props.onDone()
  }
  return (
    <Dialog title={t(`host.force.${to}`)} onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{t(`host.forceText.${to}`, { host })}</p>
        <TextField label={t('host.reason')} hint={t('host.reasonHint')} value={reason} onInput={setReason} required />
        <div class="actions end">
          <button type="button" onClick={props.onClose}>
            {t('action.back')}
          </button>
          <button type="submit" class="primary">
            {t(`host.force.${to}`)}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
