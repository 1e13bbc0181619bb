import type { Mesh } from '@seine/testkit'
import type { Page } from 'playwright-core'
import type { NaughtySites } from './naughty-sites.ts'

/** What the tests of a file share: one mesh, and one window of somebody who may change everything. */
export interface Scene {
  readonly mesh: Mesh
  readonly sites: NaughtySites
  readonly page: Page
}
