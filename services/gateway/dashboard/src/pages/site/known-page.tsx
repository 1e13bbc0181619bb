import type { PageHistoryEntry, PagePrice } from '@seine/client'
import type { PageRecord } from '@seine/contracts'
import { client } from '../../api.ts'
import { formatFullTime, formatMove, formatNumber, formatPrice, formatTime, none } from '../../format.ts'
import { t, tOr } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { Chart } from '../../ui/chart.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Facts, PageHead, Section } from '../../ui/layout.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { reasonText } from '../../ui/status.tsx'
import { ChangeValue } from '../changes/change-value.tsx'
import { issueColumns, worstFirst } from './page-issues.tsx'

export function KnownPage({ params }: { params: Record<string, string> }) {
  const site = params.site!
  const id = params.page!
  const detail = useResource(`${site}:${id}`, () => client.getPage(site, id))
  return (
    <Loaded of={detail} head={<PageHead title={t('changes.page')} />}>
      {(page) => (
        <>
          <PageHead
            title={page.name ?? page.title ?? page.url}
            windowTitle={page.name ?? page.title ?? site}
            above={
              <>
                <a href={`/sites/${site}`}>{site}</a> · <a href={`/sites/${site}?tab=pages`}>{t('site.tab.pages')}</a>
              </>
            }
          >
            <a class="button" href={page.url} target="_blank" rel="noreferrer noopener">
              {t('page.open')}
            </a>
          </PageHead>
          <div class="card">
            <code class="url">{page.url}</code>
            <Facts
              of={[
                [t('column.state'), t(`page.state.${page.state}`), page.reason === '' ? null : reasonText(page.reason)],
                [t('page.status'), page.status === 0 ? none : page.status],
                [t('page.price'), page.price === null ? none : formatPrice(page.price, page.currency)],
                [
                  t('page.availability'),
                  page.availability === null ? none : tOr(`availability.${page.availability}`, page.availability),
                ],
                [t('page.firstSeen'), formatTime(page.firstSeen.at)],
                [t('page.lastSeen'), formatTime(page.lastSeen.at)],
                [
                  t('pages.changedAt'),
                  page.changed === null ? none : formatTime(page.changed.at),
                  page.changed?.changes.join(', '),
                ],
              ]}
            />
          </div>
          <Prices site={site} url={page.url} />
          <Section title={t('page.issues')}>
            {page.issueDetails.length === 0 ? (
              <p class="muted">{t('page.noIssues')}</p>
            ) : (
              <DataTable
                label={t('page.issues')}
                rows={worstFirst(page.issueDetails)}
                columns={issueColumns(site)}
                keyOf={({ code }) => code}
                minWidth="900px"
                wraps={{ first: 12 }}
              />
            )}
          </Section>
          <History site={site} url={page.url} />
          {page.record === null ? (
            <p class="muted">{tOr(`record.none.${page.noRecord}`, t('record.none'))}</p>
          ) : (
            <RecordView record={page.record} />
          )}
        </>
      )}
    </Loaded>
  )
}

function Prices({ site, url }: { site: string; url: string }) {
  const prices = useResource(`prices:${site}:${url}`, () => client.pagePrices(site, url, { perPage: 200 }))
  return <Loaded of={prices}>{({ data }) => (data.length < 2 ? null : <PriceChart prices={data} />)}</Loaded>
}

function PriceChart({ prices }: { prices: readonly PagePrice[] }) {
  const last = prices.at(-1)!
  const sorted = prices.map(({ price }) => price).sort((a, b) => a - b)
  return (
    <Chart
      title={t('page.prices', { currency: last.currency ?? '' })}
      summary={t('page.pricesSummary', {
        low: formatPrice(sorted[0]!, last.currency),
        high: formatPrice(sorted.at(-1)!, last.currency),
        last: formatPrice(last.price, last.currency),
      })}
      // The last price holds until now.
      times={[...prices.map(({ at }) => Date.parse(at) / 1000), Math.max(Date.parse(last.at), Date.now()) / 1000]}
      digits={2}
      fromZero={false}
      series={[
        {
          name: t('page.price'),
          color: '--accent',
          kind: 'steps',
          values: [...prices.map(({ price }) => price), last.price],
        },
      ]}
    />
  )
}

function History({ site, url }: { site: string; url: string }) {
  const history = useResource(`history:${site}:${url}`, () => client.pageHistory(site, url, { perPage: 200 }))
  return (
    <Section title={t('page.history')}>
      <Loaded of={history}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('page.noHistory')} />
          ) : (
            <DataTable
              label={t('page.history')}
              rows={data}
              columns={historyColumns()}
              keyOf={(entry) => `${entry.runId}:${entry.change}:${entry.field}`}
              minWidth="680px"
            />
          )
        }
      </Loaded>
    </Section>
  )
}

const historyColumns = (): Column<PageHistoryEntry>[] => [
  {
    key: 'at',
    label: t('changes.when'),
    width: '160px',
    cell: ({ at, runId }) => <a href={`/runs/${runId}`}>{formatTime(at)}</a>,
    title: ({ at }) => formatFullTime(at),
  },
  { key: 'change', label: t('changes.kind'), width: '120px', cell: ({ change }) => t(`diff.${change}`) },
  {
    key: 'field',
    label: t('changes.field'),
    width: '170px',
    cell: ({ field, reason }) => field ?? (reason === null ? none : reasonText(reason)),
  },
  {
    key: 'value',
    label: t('changes.what'),
    cell: (entry) => <ChangeValue of={entry} />,
    title: ({ old, new: now }) => `${old ?? none} → ${now ?? none}`,
  },
  {
    key: 'move',
    label: t('changes.move'),
    width: '110px',
    isNumber: true,
    cell: ({ percent }) => (percent === null ? '' : formatMove(percent)),
  },
]

/** Everything that was extracted, as text. */
function RecordView({ record }: { record: PageRecord }) {
  const { seo, product, extracted } = record
  const groups: [string, Readonly<Record<string, unknown>>][] = [
    ...(product === null ? [] : [[t('record.product'), product] as [string, Readonly<Record<string, unknown>>]]),
    ...(extracted === undefined
      ? []
      : [[t('record.extracted'), extracted] as [string, Readonly<Record<string, unknown>>]]),
    ...(seo === null ? [] : [[t('record.seo'), seo] as [string, Readonly<Record<string, unknown>>]]),
    [t('record.answer'), answerOf(record)],
  ]
  return (
    <Section title={t('record.title')}>
      <div class="panels">
        {groups
          .map(([name, values]) => [name, Object.entries(values).filter(isShown)] as const)
          .filter(([, values]) => values.length > 0)
          .map(([name, values]) => (
            <div class="card" key={name}>
              <h3>{name}</h3>
              <dl class="pairs">
                {values.map(([key, value]) => (
                  <Pair key={key} name={key} value={value} />
                ))}
              </dl>
            </div>
          ))}
      </div>
    </Section>
  )
}

/** Signatures for machines. */
const hidden: ReadonlySet<string> = new Set(['outlinks', 'minhash', 'textHash', 'sources'])
const isShown = ([name, value]: [string, unknown]) =>
  !hidden.has(name) &&
  value !== null &&
  value !== undefined &&
  value !== '' &&
  !(typeof value === 'object' && Object.keys(value).length === 0)

function Pair({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{textOf(value)}</dd>
    </>
  )
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value, 2)
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(' · ')
  return JSON.stringify(value)
}

function answerOf(record: PageRecord): Readonly<Record<string, unknown>> {
  const { seo: _, product: __, extracted: ___, http: ____, url: _____, fetchedAt, ...answer } = record
  return { fetchedAt: formatFullTime(fetchedAt), ...answer }
}
