/** A module's plan as its layer makes it, for the tests of engines. */
export { branchPlan, type ModuleShape } from '../module-units';
export { namedFilters } from '../filters';
