import type { ASTNode } from '@marcbachmann/cel-js';

/** The method, function or operator that a node calls. */
export function nameOf(node: ASTNode): string {
  return node.op === 'rcall' || node.op === 'call' ? node.args[0] : node.op;
}

/** All nodes of an expression, including those inside macros. */
export function nodesOf(root: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const each = open.pop();
    if (Array.isArray(each)) open.push(...each);
    else if (isNode(each)) {
      found.push(each);
      open.push(each.args);
    }
  }
  return found;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
