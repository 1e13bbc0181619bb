import { defineConfig } from 'vitest/config'

/**
 * Two projects: `unit` needs nothing but Node; `mesh` starts real servers and services, one file at a time because
 * each file owns a broker, a database and several processes.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'libs/*/src/**/*.test.ts',
            'services/*/src/**/*.test.ts',
            'services/gateway/dashboard/src/**/*.test.ts',
            'cli/src/**/*.test.ts',
            'tests/*.test.ts',
            'tests/chaos/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: ['**/*.it.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['libs/*/src/**/*.it.test.ts', 'services/*/src/**/*.it.test.ts', 'cli/src/**/*.it.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'mesh',
          include: ['tests/mesh/**/*.test.ts', 'tests/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
