import { JsonPatchOp } from '../model/enums.js';
import type { JsonPatchOperationInput } from '../model/inputs.js';
import type { WireJsonPatchOperation } from '../upstream/wire.js';
import { checkText } from './id.translator.js';
import { badUserInput } from './user-input-error.js';

const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;
/** Maximum nesting of lists and objects in a value. */
const MAX_LEVELS = 100;

const NEEDS_VALUE = new Set([JsonPatchOp.ADD, JsonPatchOp.REPLACE, JsonPatchOp.TEST]);
const NEEDS_FROM = new Set([JsonPatchOp.MOVE, JsonPatchOp.COPY]);

/**
 * Checks each operation against RFC 6902 and returns the array to send. Values are passed on as the client wrote them.
 * An explicit null is a value if the operation needs one, and is otherwise treated as absent.
 * @throws GraphQLError `BAD_USER_INPUT` if an operation is invalid, or there is none.
 */
export function toJsonPatch(
  patch: readonly JsonPatchOperationInput[],
  argument: string,
): WireJsonPatchOperation[] {
  if (patch.length === 0) throw badUserInput(argument, 'must hold at least one operation');
  return patch.map((operation, index) => toOperation(operation, `${argument}[${index}]`));
}

function toOperation(input: JsonPatchOperationInput, argument: string): WireJsonPatchOperation {
  const { op, value } = input;
  const word = op.toUpperCase();
  const from = input.from ?? undefined;
  const path = checkPointer(input.path, `${argument}.path`);

  if (NEEDS_VALUE.has(op)) {
    if (value === undefined) throw badUserInput(`${argument}.value`, `is needed by ${word}`);
    checkValue(value, `${argument}.value`);
  } else if (value !== undefined && value !== null) {
    throw badUserInput(`${argument}.value`, `has no meaning for ${word}`);
  }
  if (!NEEDS_FROM.has(op)) {
    if (from !== undefined) throw badUserInput(`${argument}.from`, `has no meaning for ${word}`);
    return { op, path, ...(NEEDS_VALUE.has(op) && { value }) };
  }
  if (from === undefined) throw badUserInput(`${argument}.from`, `is needed by ${word}`);
  checkPointer(from, `${argument}.from`);
  if (op === JsonPatchOp.MOVE && path.startsWith(`${from}/`)) {
    throw badUserInput(`${argument}.from`, 'must not be a parent of the path it is moved to');
  }
  return { op, from, path };
}

/** Refuses values that can't be sent exactly as the client wrote them, or nest too deeply. */
function checkValue(value: unknown, argument: string, levels = MAX_LEVELS): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw badUserInput(argument, 'must hold finite numbers only');
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw badUserInput(
        argument,
        'must not hold an integer beyond ±(2^53 − 1), which JSON numbers don’t keep exactly',
      );
  }
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw badUserInput(argument, `must not nest more than ${MAX_LEVELS} levels`);
  for (const item of Object.values(value)) checkValue(item, argument, levels - 1);
}

function checkPointer(pointer: string, argument: string): string {
  if (!POINTER.test(pointer)) {
    throw badUserInput(
      argument,
      'must be a JSON Pointer: empty, or parts that each begin with "/", with "~" written ~0 and "/" written ~1',
    );
  }
  return checkText(pointer, argument);
}
