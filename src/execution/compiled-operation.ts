import {
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type GraphQLError,
  isNonNullType,
  Kind,
  locatedError,
  OperationTypeNode,
  parse,
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
import { compileProjection, NotProjected, type Projection } from './projection.js';
import { collectFields, type SelectionScope } from './selection.js';
import { compileVariables } from './variables.js';

/** What graphql-js would answer. */
export interface Answer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphQLError[];
}

/** One request of a compiled operation. */
export interface Execution {
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Values of the variables that stand for the literals of `source`. */
  readonly literals: Readonly<Record<string, unknown>>;
  /** The text as the client sent it, in which errors are located. */
  readonly source: string;
  readonly context: unknown;
}

/** A query that is compiled. */
export interface CompiledOperation {
  /** Undefined is no answer: that is left to graphql-js. */
  execute(execution: Execution): Promise<Answer | undefined>;
}

/** Variants of one operation, by what its `@skip` and `@include` come to; beyond them it is left to graphql-js. */
const MAX_VARIANTS = 16;

/**
 * Compiles the operation of that name, or the only one, of a valid document; undefined where it is not a query. Each
 * root field is resolved by its resolver, and what it gives is projected by {@link compileProjection}.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string | undefined,
): CompiledOperation | undefined {
  const type = schema.getQueryType();
  const operation = getOperationAST(document, name);
  if (operation?.operation !== OperationTypeNode.QUERY || !type) return undefined;
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  const conditions = conditionsOf(document);
  const variants = new Map<string, Variant | undefined>();
  // Those of literals are not among them: they are declared nowhere.
  const definitions = operation.variableDefinitions ?? [];
  const readPlain = compileVariables(definitions);

  return {
    execute(execution) {
      const { variables, literals } = execution;
      const coerced =
        readPlain?.(variables) ?? getVariableValues(schema, definitions, variables, { maxErrors: 1 }).coerced;
      if (coerced === undefined) return Promise.resolve(undefined);
      Object.assign(coerced, literals);
      const scope = { schema, fragments, variableValues: coerced };
      const key = conditions.map((condition) => String(coerced[condition])).join();
      if (!variants.has(key) && variants.size < MAX_VARIANTS)
        variants.set(key, compileVariant(type, operation, scope));
      const variant = variants.get(key);
      return variant ? variant(scope, execution) : Promise.resolve(undefined);
    },
  };
}

type Variant = (scope: SelectionScope, execution: Execution) => Promise<Answer | undefined>;

interface RootField {
  readonly key: string;
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly variables: readonly ArgumentVariable[] | undefined;
  readonly project: Projection;
  readonly info: Omit<GraphQLResolveInfo, 'variableValues'>;
}

/** An argument that is a variable of the operation. */
interface ArgumentVariable {
  readonly argument: string;
  readonly variable: string;
}

function compileVariant(
  type: GraphQLObjectType,
  operation: OperationDefinitionNode,
  scope: SelectionScope,
): Variant | undefined {
  const { schema, fragments } = scope;
  try {
    const fields = [...collectFields(type, [operation], scope)].map(([key, nodes]): RootField => {
      const [node] = nodes as [FieldNode];
      const definition = type.getFields()[node.name.value];
      if (definition?.resolve === undefined || isNonNullType(definition.type) || key === '__proto__')
        throw new NotProjected(
          `${node.name.value} is no field of ours, or its failure is the whole answer’s`,
        );
      return {
        key,
        node,
        definition,
        variables: argumentVariables(definition, node),
        project: compileProjection(definition.type, nodes, scope),
        info: {
          fieldName: definition.name,
          fieldNodes: nodes,
          returnType: definition.type,
          parentType: type,
          path: { prev: undefined, key, typename: type.name },
          schema,
          fragments,
          rootValue: undefined,
          operation,
        },
      };
    });
    return (at, execution) => run(fields, at, execution);
  } catch {
    return undefined; // Not to be projected, or a condition is null.
  }
}

async function run(
  fields: readonly RootField[],
  scope: SelectionScope,
  { source, context }: Execution,
): Promise<Answer | undefined> {
  const { variableValues } = scope;
  const errors: GraphQLError[] = [];
  let asked: ReadonlyMap<string, readonly FieldNode[]> | undefined;
  const nodesOf = (info: RootField['info']): readonly FieldNode[] =>
    (asked ??= fieldsIn(source, info, scope)).get(String(info.path.key)) ?? info.fieldNodes;
  const resolve = async (field: RootField): Promise<unknown> => {
    const { definition, info } = field;
    try {
      const args = argumentsOf(field, variableValues);
      const value: unknown = await definition.resolve?.(
        undefined,
        args,
        context,
        infoOf(info, variableValues),
      );
      if (value instanceof Error) throw value;
      return value ?? null;
    } catch (error) {
      errors.push(locatedError(error, nodesOf(info), [info.path.key]));
      return null;
    }
  };
  const values = await Promise.all(fields.map(resolve));
  const data: Record<string, unknown> = {};
  try {
    fields.forEach(({ key, project }, index) => {
      data[key] = values[index] === null ? null : project(values[index]);
    });
  } catch {
    return undefined;
  }
  return { data, errors };
}

/** The arguments that are given, where each of them is a variable; undefined where one is not. */
function argumentVariables(
  { args }: GraphQLField<unknown, unknown>,
  { arguments: given = [] }: FieldNode,
): ArgumentVariable[] | undefined {
  if (args.some(({ defaultValue }) => defaultValue !== undefined)) return undefined;
  const variables = given.flatMap(({ name, value }) =>
    value.kind === Kind.VARIABLE ? [{ argument: name.value, variable: value.name.value }] : [],
  );
  return variables.length === given.length ? variables : undefined;
}

/** The arguments of a field: coerced variables as they are, where nothing but such is given and none is null. */
function argumentsOf(
  { definition, node, variables }: RootField,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const { argument, variable } of variables ?? []) args[argument] = values[variable] ?? undefined;
  const complete = variables?.every(({ argument }) => args[argument] !== undefined);
  return complete ? args : getArgumentValues(definition, node, values);
}

/** Spelled out, since spreading it costs V8 several times as much. */
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

/** The root fields as they stand in the text of a request, which may have other literals than the compiled one. */
function fieldsIn(
  source: string,
  { operation, parentType }: RootField['info'],
  scope: SelectionScope,
): ReadonlyMap<string, readonly FieldNode[]> {
  const isCompiled = operation.loc?.source.body === source;
  const asked = isCompiled ? operation : getOperationAST(parse(source), operation.name?.value);
  return asked ? collectFields(parentType, [asked], scope) : new Map();
}

/** The variables that decide what is selected. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: ({ arguments: given }) => {
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
