import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join, resolve } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** Undefined: there is no Chromium here, and nothing that needs one can be tested. */
export const chromiumPath = [
  process.env.CHROMIUM_PATH,
  ...(process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name))),
].find((path) => path !== undefined && existsSync(path))

export const launch = (): Promise<Browser> =>
  // The sandbox of a browser needs a kernel and a user that a container seldom has; the pages are our own.
  chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-dev-shm-usage'] })

/** As `seine up` does before it starts the gateway. */
export const buildDashboard = (): void => {
  execFileSync(process.execPath, [join(root, 'services/gateway/dashboard/build.ts')], { stdio: 'inherit' })
}

/** A window whose scripts may not break: what they throw and what the content policy refuses is gathered. */
export async function openWindow(
  browser: Browser,
  baseURL: string,
  options: { colorScheme?: 'light' | 'dark'; viewport?: { width: number; height: number } } = {},
): Promise<{ context: BrowserContext; page: Page; troubles: string[] }> {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(String(error)))
  page.on('dialog', (dialog) => {
    troubles.push(`a dialog opened: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) troubles.push(message.text())
  })
  return { context, page, troubles }
}

export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.goto('/')
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core (WCAG 2.2 A and AA, and best practices) says is wrong with the page. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Through the debugger: as a script of the page its own content policy would refuse it.
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    )
  })
}

/** Pixels by which the page is wider than its window; tables scroll in boxes of their own. */
export const sidewaysOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Presses Tab until the element has the focus: what a keyboard can reach. */
export async function tabTo(
  page: Page,
  name: RegExp | string,
  role: 'button' | 'link' | 'textbox' = 'button',
): Promise<void> {
  const target = page.getByRole(role, { name }).first()
  await target.waitFor()
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  expect.fail(`Tab never reached ${role} ${name}`)
}
