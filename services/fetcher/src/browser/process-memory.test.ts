import { describe, expect, it } from 'vitest'
import { judgeMemory, residentBytes } from './process-memory.ts'

const limits = { maxBrowserBytes: 1_000, maxPageBytes: 400 }

describe('memory of a browser', () => {
  it('within its limits changes nothing', () => {
    const processes = [
      { pid: 1, type: 'browser', memoryBytes: 500 },
      { pid: 2, type: 'renderer', memoryBytes: 400 },
    ]
    expect(judgeMemory(processes, limits)).toEqual({ totalBytes: 900, replace: false, killPids: [] })
  })

  it('over the limit of one page kills that page alone', () => {
    const processes = [
      { pid: 1, type: 'browser', memoryBytes: 450 },
      { pid: 2, type: 'renderer', memoryBytes: 401 },
    ]
    expect(judgeMemory(processes, limits)).toEqual({ totalBytes: 851, replace: false, killPids: [2] })
  })

  it('over the limit of all processes together has the browser replaced', () => {
    const processes = [
      { pid: 1, type: 'browser', memoryBytes: 700 },
      { pid: 2, type: 'renderer', memoryBytes: 301 },
    ]
    expect(judgeMemory(processes, limits)).toEqual({ totalBytes: 1_001, replace: true, killPids: [] })
  })

  it('is read without what processes share, and 0 for one that is gone', () => {
    const status = 'Name:\tchromium\nVmRSS:\t  999 kB\nRssAnon:\t     100 kB\nRssFile:\t  800 kB\nRssShmem:\t   20 kB\n'
    expect(residentBytes(status)).toBe(120 * 1_024)
    expect(residentBytes('')).toBe(0)
  })
})
