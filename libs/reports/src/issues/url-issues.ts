import { amount, category, onAny, type PageView } from './issue-rule.ts'

const longChars = 115
const manyParameters = 3
const deepFolders = 5

const segmentsOf = ({ url }: PageView): string[] => url.pathname.split('/').filter(Boolean)
/** Only addresses that lead somewhere are worth a better one. */
const isPage = ({ row }: PageView): boolean => row.ledger.outcome === 'ok' || row.ledger.outcome === 'unchanged'

export const urlIssues = category('URL', [
  onAny({
    code: 'url-non-ascii',
    text: 'Characters beyond ASCII',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Write addresses with ASCII letters: others are shown as escapes when they are passed on.',
    find: (view) => isPage(view) && /%[89A-F][0-9A-F]/i.test(view.url.pathname + view.url.search),
  }),
  onAny({
    code: 'url-uppercase',
    text: 'Upper case',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Write paths in lower case: a page that answers under both spellings is there twice.',
    find: (view) => isPage(view) && /[A-Z]/.test(view.url.pathname.replace(/%[0-9A-F]{2}/g, '')),
  }),
  onAny({
    code: 'url-underscores',
    text: 'Underscores',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Part words with hyphens: search engines read words joined by an underscore as one.',
    find: (view) => isPage(view) && view.url.pathname.includes('_'),
  }),
  onAny({
    code: 'url-space',
    text: 'Space',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Part words with hyphens: a space is an escape in every address and breaks links in text.',
    find: (view) => isPage(view) && /%20|\+/.test(view.url.pathname),
  }),
  onAny({
    code: 'url-long',
    text: `Over ${longChars} characters`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Shorten the address to the words that tell the page from others.',
    find: (view) => isPage(view) && view.url.href.length > longChars && amount(view.url.href.length, 'characters'),
  }),
  onAny({
    code: 'url-parameters',
    text: 'Parameters',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Give pages that should be found an address without parameters, and others a canonical.',
    find: (view) => isPage(view) && view.url.search !== '',
  }),
  onAny({
    code: 'url-many-parameters',
    text: `More than ${manyParameters} parameters`,
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Leave out what does not change the page: combinations of filters are endless pages.',
    find: (view) => {
      const count = [...view.url.searchParams].length
      return isPage(view) && count > manyParameters && amount(count, 'parameters')
    },
  }),
  onAny({
    code: 'url-tracking-parameters',
    text: 'Tracking parameters',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Take tracking parameters out of links within the site: each makes another page of the same one.',
    find: (view) =>
      isPage(view) && [...view.url.searchParams.keys()].find((key) => /^(utm_\w+|gclid|fbclid|msclkid)$/i.test(key)),
  }),
  onAny({
    code: 'url-internal-search',
    text: 'Results of the site’s own search',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Keep search results out of the index, by robots.txt or noindex, and do not link to them.',
    find: (view) =>
      isPage(view) &&
      (/\/(search|suche|recherche|buscar|cerca)\/?$/i.test(view.url.pathname) ||
        [...view.url.searchParams.keys()].some((key) => /^(q|query|search|keyword|s)$/i.test(key))),
  }),
  onAny({
    code: 'url-repeated-folder',
    text: 'The same folder again and again',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Look for relative links that lack a slash: they grow a folder with each click.',
    find: (view) => {
      const segments = segmentsOf(view)
      return isPage(view) && segments.find((segment, i) => i > 0 && segment === segments[i - 1])
    },
  }),
  onAny({
    code: 'url-deep',
    text: `More than ${deepFolders} folders deep`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Flatten the address to the folders that people need.',
    find: (view) => {
      const folders = view.url.pathname.split('/').length - 2
      return isPage(view) && folders > deepFolders && amount(folders, 'folders')
    },
  }),
])
