import { charactersOf } from '../seo-column.ts'
import { amount, category, onHtml, onIndexable } from './issue-rule.ts'

/** Limits of what search results show, in the trade's common measures. */
export const titleLimits = { minChars: 30, maxChars: 60, minPixels: 200, maxPixels: 561 } as const
export const descriptionLimits = { minChars: 70, maxChars: 155, minPixels: 400, maxPixels: 985 } as const

const tidy = (text: string | null | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim().toLowerCase()

export const titleIssues = category('Titles', [
  onIndexable({
    code: 'title-missing',
    text: 'Title missing',
    severity: 'Issue',
    priority: 'High',
    fix: 'Give the page a title that says what it has, in up to 60 characters.',
    find: ({ seo }) => tidy(seo.title) === '',
  }),
  onIndexable({
    code: 'title-duplicate',
    text: 'Title duplicate',
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Say in each title what tells its page from the others.',
    find: ({ row: { facts } }) => facts.sameTitle > 0 && amount(facts.sameTitle, 'other pages'),
  }),
  onIndexable({
    code: 'title-long',
    text: `Title over ${titleLimits.maxChars} characters`,
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Shorten the title, the words that matter first.',
    find: ({ seo }) => charactersOf(seo.title) > titleLimits.maxChars && amount(charactersOf(seo.title), 'characters'),
  }),
  onIndexable({
    code: 'title-short',
    text: `Title below ${titleLimits.minChars} characters`,
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Use the room: name, kind, and what makes the page worth opening.',
    find: ({ seo }) => {
      const length = charactersOf(seo.title)
      return length > 0 && length < titleLimits.minChars && amount(length, 'characters')
    },
  }),
  onIndexable({
    code: 'title-wide',
    text: `Title over ${titleLimits.maxPixels} pixels`,
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Shorten the title: search results cut it at this width.',
    find: ({ seo }) => (seo.titlePixels ?? 0) > titleLimits.maxPixels && amount(seo.titlePixels ?? 0, 'px'),
  }),
  onIndexable({
    code: 'title-narrow',
    text: `Title below ${titleLimits.minPixels} pixels`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Use the room that a search result gives.',
    find: ({ seo }) => {
      const pixels = seo.titlePixels ?? 0
      return pixels > 0 && pixels < titleLimits.minPixels && amount(pixels, 'px')
    },
  }),
  onIndexable({
    code: 'title-same-as-h1',
    text: 'Title the same as the h1',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Let the title say more than the heading: it is read without the page around it.',
    find: ({ seo }) => tidy(seo.title) !== '' && tidy(seo.title) === tidy(seo.h1[0]),
  }),
  onIndexable({
    code: 'title-several',
    text: 'Several titles',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Leave one title element in the head.',
    find: ({ seo }) => seo.titleCount > 1 && amount(seo.titleCount, 'titles'),
  }),
  onHtml({
    code: 'title-outside-head',
    text: 'Title outside of the head',
    severity: 'Issue',
    priority: 'High',
    fix: 'Move the title into the head, before anything that ends it.',
    find: ({ counts }) => counts.titlesOutsideHead,
  }),
])

export const descriptionIssues = category('Descriptions', [
  onIndexable({
    code: 'description-missing',
    text: 'Meta description missing',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Write one or two sentences that make people open the page.',
    find: ({ seo }) => tidy(seo.description) === '',
  }),
  onIndexable({
    code: 'description-duplicate',
    text: 'Meta description duplicate',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Write one for each page, or none: search engines then choose from the text.',
    find: ({ row: { facts } }) => facts.sameDescription > 0 && amount(facts.sameDescription, 'other pages'),
  }),
  onIndexable({
    code: 'description-long',
    text: `Meta description over ${descriptionLimits.maxChars} characters`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Shorten it, what matters first.',
    find: ({ seo }) =>
      charactersOf(seo.description) > descriptionLimits.maxChars && amount(charactersOf(seo.description), 'characters'),
  }),
  onIndexable({
    code: 'description-short',
    text: `Meta description below ${descriptionLimits.minChars} characters`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Use the room for what makes the page worth opening.',
    find: ({ seo }) => {
      const length = charactersOf(seo.description)
      return length > 0 && length < descriptionLimits.minChars && amount(length, 'characters')
    },
  }),
  onIndexable({
    code: 'description-wide',
    text: `Meta description over ${descriptionLimits.maxPixels} pixels`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Shorten it: search results cut it at this width.',
    find: ({ seo }) =>
      (seo.descriptionPixels ?? 0) > descriptionLimits.maxPixels && amount(seo.descriptionPixels ?? 0, 'px'),
  }),
  onIndexable({
    code: 'description-narrow',
    text: `Meta description below ${descriptionLimits.minPixels} pixels`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Use the room that a search result gives.',
    find: ({ seo }) => {
      const pixels = seo.descriptionPixels ?? 0
      return pixels > 0 && pixels < descriptionLimits.minPixels && amount(pixels, 'px')
    },
  }),
  onIndexable({
    code: 'description-several',
    text: 'Several meta descriptions',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Leave one in the head.',
    find: ({ seo }) => seo.descriptionCount > 1 && amount(seo.descriptionCount, 'descriptions'),
  }),
  onHtml({
    code: 'description-outside-head',
    text: 'Meta description outside of the head',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Move it into the head, before anything that ends it.',
    find: ({ counts }) => counts.descriptionsOutsideHead,
  }),
  onHtml({
    code: 'keywords-several',
    text: 'Several meta keywords',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Remove them: search engines do not read them.',
    find: ({ counts }) => (counts.keywordsElements ?? 0) > 1 && amount(counts.keywordsElements ?? 0, 'elements'),
  }),
])
