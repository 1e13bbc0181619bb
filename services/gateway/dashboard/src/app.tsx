import { effect, signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { match } from './match.ts'
import { NotFound } from './pages/not-found.tsx'
import { RunsPage } from './pages/runs/runs-page.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { path } from './router.ts'
import { readSession, session } from './session.ts'
import { Shell } from './shell.tsx'
import { Confirmation } from './ui/dialog.tsx'
import { ErrorBoundary } from './ui/error-boundary.tsx'
import { MoreDialog } from './ui/more.tsx'
import { Failure, Loading } from './ui/states.tsx'
import { Toasts } from './ui/toasts.tsx'

type Params = Record<string, string>
type PageOf = ComponentType<{ params: Params }>

/** Pages by path; all but the first come when they are asked for. */
const pages: readonly (readonly [pattern: string, load: () => Promise<PageOf>])[] = [
  ['/', async () => RunsPage],
  ['/runs', async () => RunsPage],
  ['/runs/:id', async () => (await import('./pages/run/run-page.tsx')).RunPage],
  ['/sites', async () => (await import('./pages/sites/sites-page.tsx')).SitesPage],
  ['/sites/:site', async () => (await import('./pages/site/site-page.tsx')).SitePage],
  ['/sites/:site/pages/:page', async () => (await import('./pages/site/known-page.tsx')).KnownPage],
  ['/diffs/:id', async () => (await import('./pages/compare/comparison-page.tsx')).ComparisonPage],
  ['/changes', async () => (await import('./pages/changes/changes-page.tsx')).ChangesPage],
  ['/downloads', async () => (await import('./pages/downloads/downloads-page.tsx')).DownloadsPage],
  ['/schedules', async () => (await import('./pages/schedules/schedules-page.tsx')).SchedulesPage],
  ['/webhooks', async () => (await import('./pages/webhooks/webhooks-page.tsx')).WebhooksPage],
  ['/policies', async () => (await import('./pages/operations/policies-page.tsx')).PoliciesPage],
  ['/keys', async () => (await import('./pages/operations/keys-page.tsx')).KeysPage],
  ['/errors', async () => (await import('./pages/operations/errors-page.tsx')).ErrorsPage],
  ['/system', async () => (await import('./pages/operations/system-page.tsx')).SystemPage],
]

const reloadAgainAfterMs = 30_000

const shown = signal<{ pattern: string; Page: PageOf } | null>(null)
const loadError = signal<unknown>(undefined)
const known = new Map<string, PageOf>()

const found = () => {
  for (const [pattern, load] of pages) {
    const params = match(pattern, path.value)
    if (params !== null) return { pattern, load, params }
  }
  return null
}

effect(() => {
  const wanted = found()
  if (wanted === null) return
  const { pattern, load } = wanted
  const Page = known.get(pattern)
  if (Page !== undefined) {
    shown.value = { pattern, Page }
    return
  }
  load().then(
    (loaded) => {
      known.set(pattern, loaded)
      if (found()?.pattern === pattern) shown.value = { pattern, Page: loaded }
      loadError.value = undefined
    },
    (error) => {
      // A new version has come: the old one's parts are gone, and its successor is a load away. Once, not for ever.
      const key = 'reloadedAtMs'
      if (Date.now() - Number(sessionStorage.getItem(key)) > reloadAgainAfterMs) {
        sessionStorage.setItem(key, String(Date.now()))
        location.reload()
      } else loadError.value = error
    },
  )
})

export function App() {
  return (
    <>
      <Body />
      <Confirmation />
      <MoreDialog />
      <Toasts />
    </>
  )
}

function Body() {
  const who = session.value
  if (who.state === 'unknown') return <Loading />
  if (who.state === 'failed') return <Failure error={who.error} onRetry={() => void readSession()} />
  if (who.state === 'signed-out') return <SignIn needsSetup={who.needsSetup} wasSignedIn={who.wasSignedIn} />
  return (
    <Shell>
      <ErrorBoundary key={path.value}>
        <CurrentPage />
      </ErrorBoundary>
    </Shell>
  )
}

function CurrentPage() {
  const wanted = found()
  if (wanted === null) return <NotFound />
  const page = shown.value
  if (page?.pattern !== wanted.pattern)
    return loadError.value === undefined ? (
      <Loading />
    ) : (
      <Failure error={loadError.value} onRetry={() => location.reload()} />
    )
  const { Page } = page
  return <Page key={path.value} params={wanted.params} />
}
