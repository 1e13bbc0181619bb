import { amount, category, onHtml, onIndexable } from './issue-rule.ts'

const thinWords = 200
const leastTextShare = 0.1
const hardBelow = 50
const veryHardBelow = 30

export const contentIssues = category('Content', [
  onIndexable({
    code: 'content-none',
    text: 'No text',
    severity: 'Issue',
    priority: 'High',
    fix: 'Check whether the page needs a browser to show anything (render: browser), or give it text.',
    find: ({ seo }) => seo.wordCount === 0,
  }),
  onIndexable({
    code: 'content-thin',
    text: `Thin: below ${thinWords} words`,
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Say what people come for, or join the page with another one.',
    find: ({ seo }) => seo.wordCount > 0 && seo.wordCount < thinWords && amount(seo.wordCount, 'words'),
  }),
  onIndexable({
    code: 'content-exact-duplicate',
    text: 'Exact duplicate',
    severity: 'Issue',
    priority: 'High',
    fix: 'Keep one page: redirect the others to it, or name it as their canonical.',
    find: ({ row: { facts } }) => {
      const others = Math.max(facts.sameText, facts.sameBody)
      return others > 0 && amount(others, 'other pages')
    },
  }),
  onIndexable({
    code: 'content-near-duplicate',
    text: 'Near duplicate (90 % and more alike)',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Make the pages differ in what they say, or name one as the canonical of all.',
    find: ({ row: { facts } }) =>
      facts.nearDuplicates > 0 && `${facts.nearDuplicates} other pages, the closest ${facts.closestLikeness / 10} %`,
  }),
  onHtml({
    code: 'content-soft-404',
    text: 'Soft 404',
    severity: 'Issue',
    priority: 'High',
    fix: 'Answer 404 or 410 where there is nothing.',
    find: ({ counts }) => counts.soft404 === 1,
  }),
  onIndexable({
    code: 'content-lorem-ipsum',
    text: 'Placeholder text',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Replace “lorem ipsum”.',
    find: ({ counts }) => counts.loremIpsum === 1,
  }),
  onIndexable({
    code: 'content-hard-to-read',
    text: 'Hard to read',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Write shorter sentences and words that people use.',
    find: ({ seo: { readingEase: score } }) =>
      typeof score === 'number' && score < hardBelow && score >= veryHardBelow && `Flesch ${score}`,
  }),
  onIndexable({
    code: 'content-very-hard-to-read',
    text: 'Very hard to read',
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Write shorter sentences and words that people use.',
    find: ({ seo: { readingEase: score } }) => typeof score === 'number' && score < veryHardBelow && `Flesch ${score}`,
  }),
  onIndexable({
    code: 'content-little-text',
    text: 'Little text for its markup (below 10 %)',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Move scripts and styles into files of their own.',
    find: ({ seo, record }) =>
      record.sizeBytes > 0 &&
      seo.textChars < record.sizeBytes * leastTextShare &&
      `${((100 * seo.textChars) / record.sizeBytes).toFixed(1)} %`,
  }),
  onIndexable({
    code: 'content-language-missing',
    text: 'Language not named',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Add lang to the html element.',
    find: ({ seo }) => !seo.language,
  }),
  onIndexable({
    code: 'content-viewport-missing',
    text: 'Not made for small screens',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Add <meta name="viewport" content="width=device-width, initial-scale=1">.',
    find: ({ seo }) => seo.viewport !== undefined && !seo.viewport,
  }),
])

export const imageIssues = category('Images', [
  onIndexable({
    code: 'image-alt-missing',
    text: 'Images without alt attribute',
    severity: 'Issue',
    priority: 'Low',
    fix: 'Describe each image in alt; an empty one says that it is only decoration.',
    find: ({ seo }) => seo.imagesWithoutAlt > 0 && amount(seo.imagesWithoutAlt, 'images'),
  }),
  onIndexable({
    code: 'image-alt-empty',
    text: 'Images with empty alt text',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Describe those that are more than decoration.',
    find: ({ counts }) => counts.imagesEmptyAlt,
  }),
  onIndexable({
    code: 'image-alt-long',
    text: 'Images with alt text over 100 characters',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Shorten it: it is read aloud in one go.',
    find: ({ counts }) => counts.imagesLongAlt,
  }),
  onIndexable({
    code: 'image-size-missing',
    text: 'Images without width and height',
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Name width and height, so that the page does not jump while it loads.',
    find: ({ counts }) => counts.imagesWithoutSize,
  }),
])

export const markupIssues = category('Markup', [
  onIndexable({
    code: 'markup-head-missing',
    text: 'No head element',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Add a head element around title and meta elements.',
    find: ({ counts }) => counts.missingHead === 1,
  }),
  onIndexable({
    code: 'markup-head-several',
    text: 'Several head elements',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Leave one: what stands in a further one is read as part of the body.',
    find: ({ counts }) => counts.extraHeads,
  }),
  onIndexable({
    code: 'markup-head-invalid',
    text: 'Elements that end the head',
    severity: 'Issue',
    priority: 'High',
    fix: 'Move elements like img, div and iframe out of the head: what follows them there counts as body.',
    find: ({ counts }) => counts.invalidInHead,
  }),
  onIndexable({
    code: 'markup-body-missing',
    text: 'No body element',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Add a body element around the content.',
    find: ({ counts }) => counts.missingBody === 1,
  }),
  onIndexable({
    code: 'markup-body-several',
    text: 'Several body elements',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Leave one.',
    find: ({ counts }) => counts.extraBodies,
  }),
])
