import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Scene } from './scene.ts'

/** Tests of what is done with a run besides starting it. */
export function testRunCourse(scene: () => Scene): void {
  test('a run is paused and taken up again', async () => {
    const { page, mesh } = scene()
    const { id } = await mesh.client.createRun({ sites: ['naughty'], at_most: { ratePerSecond: 5 } })
    await page.goto(`/runs/${id}`)
    const head = page.locator('.page-head')
    await head.getByRole('button', { name: 'Pause' }).click()
    await head.locator('.status.paused').waitFor()
    expect(await mesh.client.getRun(id)).toMatchObject({ status: 'paused', finishedAt: null })
    await head.getByRole('button', { name: 'Resume' }).click()
    await head.locator('.status.running').waitFor()
    expect((await mesh.client.getRun(id)).status).toBe('running')
    await mesh.client.cancelRun(id)
    await mesh.untilEnded(id, 60_000)
  })

  test('two runs of the list are compared, and what changed of a site is downloaded', async () => {
    const { page, mesh } = scene()
    const [first] = (await mesh.client.listRuns({ site: 'flaky', sort: 'created' })).data
    const second = await mesh.run({ sites: ['flaky'] }, 60_000)
    await page.goto('/runs')
    for (const id of [first!.id, second.id])
      await page
        .locator('tr', { has: page.locator(`a[href="/runs/${id}"]`) })
        .getByRole('checkbox')
        .check()
    await page.getByRole('button', { name: 'Compare the two' }).click()
    await page.getByRole('heading', { name: 'Comparison of two runs' }).waitFor()
    await page.locator('.page-head .status.completed').waitFor({ timeout: 60_000 })
    const link = page.getByRole('row', { name: /flaky/ }).getByRole('link', { name: /diff\.csv/ })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    const file = await mesh.client.diffFile(page.url().split('/').at(-1)!, 'flaky')
    expect(readFileSync(await download.path())).toEqual(await buffer(file!.body))
  })
}
