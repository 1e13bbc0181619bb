import { client } from '../../api.ts'
import { formatNumber } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { PageHead } from '../../ui/layout.tsx'
import { Loaded } from '../../ui/states.tsx'

/** How politely sites are asked. Policies are a file's, so they are read here and changed there. */
export function PoliciesPage() {
  const policies = useResource('policies', () => client.listPolicies())
  return (
    <>
      <PageHead title={t('nav.policies')} />
      <p class="muted">{t('policies.about')}</p>
      <Loaded of={policies}>
        {({ data }) => (
          <div class="panels narrow">
            {data.map(({ name, policy, sites }) => (
              <article class="card" key={name}>
                <div class="line">
                  <h2>{name}</h2>
                  <a href={`/sites?policy=${encodeURIComponent(name)}`} class="muted">
                    {t('policies.sites', { n: sites })}
                  </a>
                </div>
                <dl class="pairs">
                  <dt>{t('policies.rate')}</dt>
                  <dd>
                    {t('policies.rateValue', { rate: formatNumber(policy.ratePerSecond, 2), burst: policy.burst })}
                  </dd>
                  <dt>{t('policies.concurrency')}</dt>
                  <dd>{formatNumber(policy.concurrency)}</dd>
                  <dt>robots.txt</dt>
                  <dd>
                    {policy.respectRobots
                      ? t('policies.obeyed')
                      : t('policies.notObeyed', { reason: policy.robotsOverrideReason ?? '' })}
                    {policy.honourCrawlDelay && ` · ${t('policies.crawlDelay')}`}
                  </dd>
                  <dt>{t('policies.tries')}</dt>
                  <dd>{formatNumber(policy.retry.maxAttempts)}</dd>
                  <dt>{t('policies.timeout')}</dt>
                  <dd>{t('duration.s', { s: formatNumber(policy.timeouts.totalMs / 1000, 1) })}</dd>
                  <dt>{t('policies.proxies')}</dt>
                  <dd>{t(`proxies.${policy.proxyPool}`)}</dd>
                  <dt>User-Agent</dt>
                  <dd>{policy.userAgent}</dd>
                </dl>
              </article>
            ))}
          </div>
        )}
      </Loaded>
    </>
  )
}
