export { mergePolicy } from '@seine/catalogue'
