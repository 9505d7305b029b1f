export { trainableStockWasm } from './stock';
