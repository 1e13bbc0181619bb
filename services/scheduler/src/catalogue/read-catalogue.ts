export { type Catalogue, CatalogueError, readCatalogue } from '@seine/catalogue'
