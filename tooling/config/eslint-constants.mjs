/** Whether an expression is written out where it stands: literals, arrays and objects of them, other such constants. */
function isFixed(node) {
  switch (node?.type) {
    case 'Literal':
      return true;
    case 'TemplateLiteral':
      return node.expressions.every(isFixed);
    case 'Identifier':
      return /^[A-Z][A-Z0-9_]+$/.test(node.name);
    case 'MemberExpression':
      return isFixed(node.object);
    case 'UnaryExpression':
    case 'SpreadElement':
      return isFixed(node.argument);
    case 'BinaryExpression':
      return isFixed(node.left) && isFixed(node.right);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isFixed(node.expression);
    case 'ArrayExpression':
      return node.elements.every(isFixed);
    case 'ObjectExpression':
      return node.properties.every((property) => isFixed(property.value ?? property));
    default:
      return false;
  }
}

/** Begins empty, to be filled: state, not a constant. */
const isEmpty = (node) => (node.elements ?? node.properties)?.length === 0;

/** `as const` objects that stand for an enumeration are named as types are. */
const isEnumeration = (name, node) => /^[A-Z]/.test(name) && node.type === 'TSAsExpression';

/** Data written out at the top of a module is named in UPPER_SNAKE_CASE; whatever is computed there is not judged. */
const constantCase = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { upper: 'Fixed data at the top of a module: expected UPPER_SNAKE_CASE, got {{name}}.' },
  },
  create(context) {
    const check = ({ id, init }) => {
      if (id.type !== 'Identifier' || /^[A-Z][A-Z0-9_]*$/.test(id.name)) return;
      if (!isFixed(init) || isEmpty(init) || isEnumeration(id.name, init)) return;
      context.report({ node: id, messageId: 'upper', data: { name: id.name } });
    };
    const atTop = "VariableDeclaration[kind='const'] > VariableDeclarator";
    return {
      [`Program > ${atTop}`]: check,
      [`Program > ExportNamedDeclaration > ${atTop}`]: check,
    };
  },
};

export const constants = { rules: { case: constantCase } };
