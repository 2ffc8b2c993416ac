import {
  getArgumentValues,
  getVariableValues,
  isNonNullType,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { Bailout, compileShaper, type ResultShaper, type ShaperScope } from './result-shaper.js';
import { RootResults, type FastPathContext, type RootOutcome } from './root-results.js';
import { collectFields } from './selection.js';

/** A compiled query. */
export interface CompiledOperation {
  /**
   * Returns the answer as JSON if it has no errors; undefined if the full path has to answer. If the resolvers have run
   * by then, the context has their results.
   * @param variables As the client sent them.
   */
  execute(
    variables: Readonly<Record<string, unknown>>,
    context: FastPathContext,
  ): Promise<string | undefined>;
}

/** The parts of a schema that operations are compiled with. */
export interface CompilerSchema {
  readonly schema: GraphQLSchema;
  readonly query: GraphQLObjectType;
  readonly isPlain: ShaperScope['isPlain'];
}

/** Key under `extensions` that marks a root field for the fast path. */
export const FAST_PATH = 'fastPath';

/** Maximum variants of one operation, by the values of its `@skip` and `@include`. The full path answers all others. */
const MAX_VARIANTS = 16;

/**
 * Compiles a query of a valid document: one variant for each requested combination of conditions. All variants together
 * have at most `maxMembers` object members; the full path answers the others.
 */
export function compileOperation(
  { schema, query, isPlain }: CompilerSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  maxMembers: number,
): CompiledOperation {
  const members = { left: maxMembers };
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  const conditions = conditionsOf(document);
  const variants = new Map<string, readonly RootField[] | undefined>();

  return {
    async execute(variables, context) {
      const { coerced: variableValues } = getVariableValues(
        schema,
        operation.variableDefinitions ?? [],
        variables,
        { maxErrors: 1 },
      );
      if (variableValues === undefined) return undefined;
      const key = conditions.map((name) => String(variableValues[name])).join();
      if (!variants.has(key) && variants.size < MAX_VARIANTS)
        variants.set(
          key,
          compileVariant(query, operation, { schema, fragments, variableValues, isPlain, members }),
        );
      const fields = variants.get(key);
      return fields && run(fields, variableValues, context);
    },
  };
}

interface RootField {
  readonly key: string;
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly shape: ResultShaper;
  readonly info: Omit<GraphQLResolveInfo, 'variableValues'>;
}

/** Undefined if the full path has to answer. */
function compileVariant(
  query: GraphQLObjectType,
  operation: OperationDefinitionNode,
  scope: ShaperScope,
): readonly RootField[] | undefined {
  const { schema, fragments } = scope;
  try {
    return [...collectFields(query, [operation], scope)].map(([key, nodes]): RootField => {
      const [node] = nodes as [FieldNode];
      const definition = query.getFields()[node.name.value];
      if (definition?.extensions[FAST_PATH] !== true || isNonNullType(definition.type) || key === '__proto__')
        throw new Bailout(`${node.name.value} is not marked for the fast path`);
      return {
        key,
        node,
        definition,
        shape: compileShaper(definition.type, nodes, scope),
        info: {
          fieldName: definition.name,
          fieldNodes: nodes,
          returnType: definition.type,
          parentType: query,
          path: { prev: undefined, key, typename: query.name },
          schema,
          fragments,
          rootValue: undefined,
          operation,
        },
      };
    });
  } catch {
    return undefined; // A Bailout, or a condition that is null.
  }
}

async function run(
  fields: readonly RootField[],
  variableValues: Record<string, unknown>,
  context: FastPathContext,
): Promise<string | undefined> {
  // In the order in which they settle.
  const outcomes = new Map<string, RootOutcome>();
  const values = await Promise.all(
    fields.map(async ({ key, node, definition, info }) => {
      try {
        const args = getArgumentValues(definition, node, variableValues);
        const value: unknown = await definition.resolve?.(
          undefined,
          args,
          context,
          infoOf(info, variableValues),
        );
        outcomes.set(key, { value });
        return value;
      } catch (error) {
        outcomes.set(key, { error });
        return FAILED;
      }
    }),
  );
  try {
    if (!values.includes(FAILED)) return JSON.stringify({ data: shapeAll(fields, values) });
  } catch {
    // graphql-js has to handle a value, or a value can't be serialized.
  }
  context.rootResults = new RootResults(outcomes);
  return undefined;
}

const FAILED = Symbol('failed');

function shapeAll(fields: readonly RootField[], values: readonly unknown[]): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  fields.forEach(({ key, shape }, index) => {
    const value = values[index] ?? null;
    data[key] = value === null ? null : shape(value);
  });
  return data;
}

/** Lists each property, because V8 takes several times as long to spread an object. */
function infoOf(info: RootField['info'], variableValues: Record<string, unknown>): GraphQLResolveInfo {
  return {
    fieldName: info.fieldName,
    fieldNodes: info.fieldNodes,
    returnType: info.returnType,
    parentType: info.parentType,
    path: info.path,
    schema: info.schema,
    fragments: info.fragments,
    rootValue: info.rootValue,
    operation: info.operation,
    variableValues,
  };
}

/** Returns the names of all variables in directives: they decide what is selected. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: ({ arguments: given }) => {
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
