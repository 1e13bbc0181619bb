import type { Webhook, WebhookDelivery } from '@seine/contracts'
import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatFullTime, formatNumber, formatTime, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { confirm } from '../../ui/dialog.tsx'
import { PageHead } from '../../ui/layout.tsx'
import { Secret } from '../../ui/secret.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { attempt } from '../../ui/toasts.tsx'
import { WebhookForm } from './webhook-form.tsx'

export function WebhooksPage() {
  const hooks = useResource('webhooks', () => client.listWebhooks({ perPage: 200 }), { everyMs: 15_000 })
  const [editing, edit] = useState<Webhook | 'new' | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <>
      <PageHead title={t('nav.webhooks')}>
        <button type="button" onClick={() => edit('new')}>
          {t('webhooks.add')}
        </button>
      </PageHead>
      {secret !== null && <Secret title={t('webhooks.secret')} value={secret} onClose={() => setSecret(null)} />}
      <Loaded of={hooks}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('webhooks.none')}>{t('webhooks.noneHint')}</Empty>
          ) : (
            data.map((hook) => (
              <WebhookCard
                key={hook.id}
                hook={hook}
                onEdit={() => edit(hook)}
                reload={hooks.reload}
                onSecret={setSecret}
              />
            ))
          )
        }
      </Loaded>
      {editing !== null && (
        <WebhookForm
          hook={editing === 'new' ? null : editing}
          onClose={() => edit(null)}
          onDone={(made) => {
            edit(null)
            if (made !== null) setSecret(made.secret)
            hooks.reload()
          }}
        />
      )}
    </>
  )
}

function WebhookCard(props: {
  hook: Webhook
  onEdit: () => void
  reload: () => void
  onSecret: (secret: string) => void
}) {
  const { hook, reload } = props
  const [isOpen, open] = useState(false)
  const test = async () => {
    await attempt(() => client.testWebhook(hook.id), t('webhooks.testSent'))
    open(true)
  }
  const rotate = async () => {
    if (!(await confirm({ title: t('webhooks.rotate'), text: t('webhooks.rotateText'), action: t('webhooks.rotate') })))
      return
    const made = await attempt(() => client.rotateWebhook(hook.id, hook.version))
    if (made !== undefined) props.onSecret(made.secret)
    reload()
  }
  const remove = async () => {
    if (
      !(await confirm({
        title: t('webhooks.removeTitle', { name: hook.name }),
        text: t('webhooks.removeText'),
        action: t('action.remove'),
      }))
    )
      return
    await attempt(() => client.removeWebhook(hook.id, hook.version), t('action.removed'))
    reload()
  }
  return (
    <article class="card">
      <div class="line">
        <h2>{hook.name}</h2>
        {!hook.enabled && <span class="tag">{t('sites.off')}</span>}
      </div>
      {hook.disabledReason !== null && <div class="bad">{hook.disabledReason}</div>}
      <dl class="pairs">
        <dt>URL</dt>
        <dd>{hook.url}</dd>
        <dt>{t('webhooks.events')}</dt>
        <dd>{hook.events.join(', ')}</dd>
        <dt>{t('nav.sites')}</dt>
        <dd>{hook.sites === undefined ? t('filter.all') : hook.sites.join(', ')}</dd>
        <dt>{t('webhooks.lastDelivered')}</dt>
        <dd>{hook.lastDeliveredAt === null ? t('never') : formatTime(hook.lastDeliveredAt)}</dd>
        {hook.failingSince !== null && (
          <>
            <dt>{t('webhooks.failing')}</dt>
            <dd class="bad">{t('webhooks.failingSince', { at: formatTime(hook.failingSince), n: hook.failures })}</dd>
          </>
        )}
      </dl>
      <div class="actions">
        <button type="button" onClick={() => void test()}>
          {t('webhooks.test')}
        </button>
        <button type="button" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
          {t('webhooks.deliveries')}
        </button>
        <button type="button" onClick={props.onEdit}>
          {t('action.edit')}
        </button>
        <button type="button" onClick={() => void rotate()}>
          {t('webhooks.rotate')}
        </button>
        <button type="button" class="danger" onClick={() => void remove()}>
          {t('action.remove')}
        </button>
      </div>
      {isOpen && <Deliveries hook={hook.id} />}
    </article>
  )
}

function Deliveries({ hook }: { hook: string }) {
  const deliveries = useResource(`deliveries:${hook}`, () => client.deliveries(hook, { perPage: 50 }), {
    everyMs: 4_000,
  })
  const again = async (id: string) => {
    await attempt(() => client.redeliver(hook, id), t('webhooks.sentAgain'))
    deliveries.reload()
  }
  return (
    <Loaded of={deliveries}>
      {({ data }) => (
        <DataTable
          label={t('webhooks.deliveries')}
          rows={data}
          columns={columns(again)}
          keyOf={({ id }) => id}
          minWidth="760px"
          empty={<Empty title={t('webhooks.noDeliveries')} />}
        />
      )}
    </Loaded>
  )
}

const columns = (again: (id: string) => Promise<void>): Column<WebhookDelivery>[] => [
  {
    key: 'at',
    label: t('log.at'),
    width: '150px',
    cell: ({ createdAt }) => formatTime(createdAt),
    title: ({ createdAt }) => formatFullTime(createdAt),
  },
  { key: 'event', label: t('webhooks.event'), width: '140px', cell: ({ event }) => <code>{event}</code> },
  {
    key: 'state',
    label: t('column.state'),
    width: '110px',
    cell: ({ state }) => <span class={state === 'failed' ? 'bad' : ''}>{t(`delivery.${state}`)}</span>,
  },
  {
    key: 'attempts',
    label: t('webhooks.attempts'),
    width: '104px',
    isNumber: true,
    cell: ({ attempts }) => formatNumber(attempts),
  },
  {
    key: 'answer',
    label: t('webhooks.answer'),
    cell: ({ status, error, response }) => error ?? `${status ?? none} ${response ?? ''}`,
    title: ({ error, response }) => error ?? response ?? undefined,
  },
  {
    key: 'again',
    label: t('column.actions'),
    width: '120px',
    cell: ({ id, state }) =>
      state === 'sent' ? null : (
        <button type="button" class="plain" onClick={() => void again(id)}>
          {t('webhooks.sendAgain')}
        </button>
      ),
  },
]
