import type { Probe, SiteField } from '@seine/contracts'
import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatBytes, formatNumber, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import { may } from '../../session.ts'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Facts, Section } from '../../ui/layout.tsx'
import { Failure } from '../../ui/states.tsx'
import { reasonText } from '../../ui/status.tsx'

const kinds = ['css', 'xpath', 'jsonPath'] as const
const types = ['text', 'number', 'price', 'url', 'date', 'boolean', 'json'] as const
const kindOf = (field: SiteField) => kinds.find((kind) => field[kind] !== undefined) ?? 'css'
const empty: SiteField = { name: '', css: '', list: false, type: 'text', transform: [], required: false }

/** Selectors of the site, tried on a live page before they are saved. */
export function Selectors(props: {
  site: string
  startUrl: string
  fields: readonly SiteField[]
  onChange: (fields: readonly SiteField[]) => void
  error: string | undefined
  isReadOnly: boolean
}) {
  const { site, fields, onChange, isReadOnly } = props
  const [url, setUrl] = useState(props.startUrl)
  const [state, setState] = useState<{ probe?: Probe; error?: unknown; isBusy: boolean }>({ isBusy: false })
  const set = (index: number, field: SiteField) => onChange(fields.map((each, at) => (at === index ? field : each)))
  const tryOut = async () => {
    setState({ isBusy: true })
    try {
      setState({ probe: await client.testFetch(site, { url, fields: [...fields] }), isBusy: false })
    } catch (error) {
      setState({ error, isBusy: false })
    }
  }
  const results = state.probe?.page?.fields
  return (
    <Section title={t('selectors.title')} beside={<span class="muted">{t('selectors.about')}</span>}>
      {props.error !== undefined && <div class="error">{props.error}</div>}
      {fields.map((field, index) => (
        <Selector
          key={index}
          field={field}
          result={results?.find(({ name }) => name === field.name)}
          onChange={(changed) => set(index, changed)}
          onRemove={() => onChange(fields.filter((_, at) => at !== index))}
          isReadOnly={isReadOnly}
        />
      ))}
      {!isReadOnly && (
        <div>
          <button type="button" onClick={() => onChange([...fields, empty])}>
            {t('selectors.add')}
          </button>
        </div>
      )}
      {may('run') && (
        <div class="filters">
          <TextField label={t('selectors.url')} type="url" value={url} onInput={setUrl} class="grow" />
          <button type="button" onClick={() => void tryOut()} disabled={state.isBusy}>
            {t(state.isBusy ? 'selectors.trying' : 'selectors.try')}
          </button>
        </div>
      )}
      {state.error !== undefined && <Failure error={state.error} />}
      {state.probe !== undefined && <ProbeResult probe={state.probe} />}
    </Section>
  )
}

type Result = NonNullable<Probe['page']>['fields'][number]

function Selector(props: {
  field: SiteField
  result: Result | undefined
  onChange: (field: SiteField) => void
  onRemove: () => void
  isReadOnly: boolean
}) {
  const { field, result, onChange, isReadOnly } = props
  const kind = kindOf(field)
  const { css: _, xpath: __, jsonPath: ___, ...rest } = field
  const optional = (key: 'attribute' | 'regex' | 'pages') => (value: string) => {
    const { [key]: ____, ...others } = field
    onChange(value === '' ? others : { ...others, [key]: value })
  }
  return (
    <fieldset class="selector" disabled={isReadOnly}>
      <legend>{field.name === '' ? t('selectors.new') : field.name}</legend>
      <div class="selector-row">
        <TextField label={t('selectors.name')} value={field.name} onInput={(name) => onChange({ ...field, name })} />
        <SelectField
          label={t('selectors.kind')}
          value={kind}
          options={kinds.map((each) => [each, t(`selectors.kind.${each}`)])}
          onChange={(next) => onChange({ ...rest, [next]: field[kind] ?? '' })}
        />
        <TextField
          label={t('selectors.expression')}
          value={field[kind] ?? ''}
          onInput={(value) => onChange({ ...field, [kind]: value })}
          class="wide"
        />
        <SelectField
          label={t('selectors.type')}
          value={field.type}
          options={types.map((each) => [each, t(`selectors.type.${each}`)])}
          onChange={(type) => onChange({ ...field, type: type as SiteField['type'] })}
        />
        <TextField label={t('selectors.attribute')} value={field.attribute ?? ''} onInput={optional('attribute')} />
        <TextField label={t('selectors.regex')} value={field.regex ?? ''} onInput={optional('regex')} />
        <TextField label={t('selectors.pages')} value={field.pages ?? ''} onInput={optional('pages')} />
      </div>
      <div class="actions">
        <CheckField
          label={t('selectors.list')}
          checked={field.list}
          onChange={(list) => onChange({ ...field, list })}
        />
        <CheckField
          label={t('selectors.required')}
          checked={field.required}
          onChange={(required) => onChange({ ...field, required })}
        />
        {field.transform.length > 0 && (
          <span class="muted">{t('selectors.transforms', { n: field.transform.length })}</span>
        )}
        <button
          type="button"
          class="plain push"
          onClick={props.onRemove}
          aria-label={t('selectors.removeOf', { name: field.name })}
        >
          {t('action.remove')}
        </button>
      </div>
      {result !== undefined && <SelectorResult result={result} />}
    </fieldset>
  )
}

function SelectorResult({ result }: { result: Result }) {
  const { value, matches, samples, problem } = result
  return (
    <div class="result" role="status">
      {problem !== null ? (
        <span class="bad">{problem}</span>
      ) : value === null ? (
        <span class="bad">{t('selectors.nothing')}</span>
      ) : (
        <mark>{typeof value === 'string' ? value : JSON.stringify(value)}</mark>
      )}
      <span class="muted">{t('selectors.matches', { n: matches })}</span>
      {samples.length > 0 && <span class="muted">{samples.map((sample) => `“${sample}”`).join(' · ')}</span>}
    </div>
  )
}

/** What a fetcher found on the page. Everything from the page is shown as text. */
function ProbeResult({ probe }: { probe: Probe }) {
  const { answer, page, redirects, robots } = probe
  return (
    <div class="card">
      <Facts
        of={[
          [
            t('probe.verdict'),
            t(`probe.verdict.${probe.verdict}`),
            probe.reason === '' ? probe.detail : (probe.detail ?? reasonText(probe.reason)),
          ],
          [t('page.status'), answer?.status ?? none],
          [t('probe.size'), answer === null ? none : formatBytes(answer.sizeBytes)],
          [
            t('probe.time'),
            answer === null ? none : t('host.ms', { n: formatNumber(answer.durationMs) }),
            t('probe.waited', { n: formatNumber(probe.waitedMs) }),
          ],
          ['robots.txt', robots === null ? none : t(robots.isAllowed ? 'probe.allowed' : 'probe.forbidden')],
          [
            t('probe.links'),
            page === null
              ? none
              : `${formatNumber(page.links.total)} (${t('probe.internal', { n: page.links.internal })})`,
          ],
        ]}
      />
      {redirects.length > 0 && (
        <ol>
          {[...redirects, { url: probe.url, status: answer?.status ?? 0 }].map(({ url, status }) => (
            <li key={url}>
              {status} {url}
            </li>
          ))}
        </ol>
      )}
      {page !== null && (
        <dl class="pairs">
          <dt>{t('page.title')}</dt>
          <dd>{page.seo.title ?? none}</dd>
          <dt>{t('page.description')}</dt>
          <dd>{page.seo.description ?? none}</dd>
          <dt>H1</dt>
          <dd>{page.seo.h1.join(' · ') || none}</dd>
          {page.product !== null && (
            <>
              <dt>{t('probe.product')}</dt>
              <dd>
                {[
                  page.product.name,
                  page.product.price === null ? null : `${page.product.price} ${page.product.currency ?? ''}`,
                  page.product.availability,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </dd>
            </>
          )}
          {page.missingRequired.length > 0 && (
            <>
              <dt>{t('probe.missing')}</dt>
              <dd class="bad">{page.missingRequired.join(', ')}</dd>
            </>
          )}
        </dl>
      )}
    </div>
  )
}
