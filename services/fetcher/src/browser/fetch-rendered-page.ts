import type { FetchTask } from '@seine/contracts'
import type { HttpClient, HttpPage } from '@seine/net'
import { type Clock, type Logger, systemClock } from '@seine/runtime'
import { type AskDeps, makeAsk, type PageClient } from '../ask.ts'
import { blockPageOf } from '../block-page.ts'
import { type FetchPageDeps, makeFetchPage } from '../fetch-page.ts'
import type { LoadedPlan } from '../plans.ts'
import type { Browsers } from './browsers.ts'
import { makeFetchSubresource } from './fetch-subresource.ts'
import { makeLanes } from './lanes.ts'
import { makeRenderPage } from './render-page.ts'

/**
 * The page handler of the browser pool: the one of the HTTP pool, asking through a client that renders. What pages load
 * is asked for as pages are, under the plan and the deadline of the page it is for.
 */
export function makeFetchRenderedPage(
  deps: AskDeps<Pick<HttpClient, 'request'>> &
    Omit<FetchPageDeps, 'ask'> & { browsers: Browsers; log: Logger; clock?: Clock },
) {
  const { http, gate, nowMs, random, robotsOf, bus, pageFiles, browsers, log } = deps
  const clock = deps.clock ?? systemClock
  const { pool, cache, limits } = browsers
  const render = makeRenderPage({ pool, http, limits, clock, log })
  // A script may well speak of captchas; only a refusal is a block.
  const askPart = makeAsk({ http, gate, nowMs, random }, (page: HttpPage) =>
    page.status < 400 ? null : blockPageOf(page),
  )
  const fetchSubresource = makeFetchSubresource({ ask: askPart, robotsOf, cache, nowMs, clock })

  return (task: FetchTask, loaded: LoadedPlan) => {
    const lanes = makeLanes()
    const client: PageClient = {
      request: (request, letGo) =>
        render(request, letGo, (wanted, signal, remainingMs) =>
          fetchSubresource(wanted, { task, loaded, signal, lanes, deadlineMs: nowMs() + remainingMs }),
        ),
    }
    const ask = makeAsk({ http: client, gate, nowMs, random })
    return makeFetchPage({ ask, robotsOf, nowMs, bus, pageFiles })(task, loaded)
  }
}
