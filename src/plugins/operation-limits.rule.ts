import {
  getNamedType,
  GraphQLError,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  visit,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type NamedTypeNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import type { Limits } from '../config.js';
import { MAX_ROWS } from '../translation/page.translator.js';

/** Limits of one operation, by its document alone, not its variables. Fragments count each time they are spread. */
export type OperationLimits = Pick<
  Limits,
  'fields' | 'lookups' | 'depth' | 'directives' | 'values' | 'entities'
>;

/** Fields whose lists count as the largest page, though they have no size. */
const LONG_LISTS: ReadonlySet<string> = new Set(['TaskStatusChange.changed']);

/** What is under one parent. `uses` counts fields by `Type.field`. */
interface Measure {
  depth: number;
  directives: number;
  values: number;
  readonly uses: Map<string, number>;
}

/**
 * Refuses operations that would cost too much, before other rules visit their definitions. The time that it takes grows
 * with the length of the document, not with what its fragments expand to.
 */
export function limitOperations(limits: OperationLimits): ValidationRule {
  return (context): ASTVisitor => ({
    Document(document) {
      const refusal = findExcess(document, context.getSchema(), limits);
      if (refusal === undefined) return undefined;
      context.reportError(refusal);
      // In place of the document: the other rules have nothing to read.
      return { ...document, definitions: [] };
    },
  });
}

/** Returns the error for a limit that a document exceeds. Undefined if it exceeds none. */
function findExcess(
  document: DocumentNode,
  schema: GraphQLSchema,
  limits: OperationLimits,
): GraphQLError | undefined {
  try {
    refuseNesting(document);
    new DocumentMeasure(document, schema, limits).check();
    return undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    // The parser might have had just enough stack for a document that is too deep to be measured.
    if ((error as Partial<Error>).name === 'RangeError')
      return excess('depth', `is more than ${limits.depth} levels deep`);
    throw error;
  }
}

/**
 * Maximum nesting of anything that nests, in levels. The parser accepts more, but rules recurse into it, on what is
 * left of the stack.
 */
const MAX_NESTING = 1_000;

function refuseNesting(document: DocumentNode): void {
  let levels = 0;
  const nests = {
    enter() {
      levels += 1;
      if (levels > MAX_NESTING) refuse('depth', `nests more than ${MAX_NESTING} levels`);
    },
    leave() {
      levels -= 1;
    },
  };
  visit(document, { SelectionSet: nests, ListValue: nests, ObjectValue: nests, ListType: nests });
}

/** Measures each operation of a document, and each fragment once. @throws GraphQLError if one exceeds a limit. */
class DocumentMeasure {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly known = new Map<string, Measure>();

  constructor(
    private readonly document: DocumentNode,
    private readonly schema: GraphQLSchema,
    private readonly limits: OperationLimits,
  ) {
    this.fragments = new Map(
      document.definitions.flatMap((node) =>
        node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
      ),
    );
  }

  check(): void {
    for (const definition of this.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.ofFragment(definition.name.value);
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const measure = empty();
      for (const { directives = [] } of [definition, ...(definition.variableDefinitions ?? [])])
        measure.directives += directives.length;
      const root = this.schema.getRootType(definition.operation) ?? undefined;
      this.addSelections(measure, definition.selectionSet, root);
    }
  }

  private ofFragment(name: string): Measure {
    const measured = this.known.get(name);
    if (measured !== undefined) return measured;
    const measure = empty();
    // Set before it is measured, so that a fragment that spreads itself doesn't recurse. Another rule refuses it.
    this.known.set(name, measure);
    const fragment = this.fragments.get(name);
    if (fragment !== undefined) {
      measure.directives = fragment.directives?.length ?? 0;
      this.addSelections(measure, fragment.selectionSet, this.compositeType(fragment.typeCondition));
    }
    return measure;
  }

  private addSelections(
    to: Measure,
    { selections }: SelectionSetNode,
    parent: GraphQLCompositeType | undefined,
  ): void {
    for (const selection of selections) {
      to.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) this.addField(to, selection, parent);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) add(to, this.ofFragment(selection.name.value));
      else
        this.addSelections(to, selection.selectionSet, this.compositeType(selection.typeCondition) ?? parent);
    }
    refuseExcess(to, this.limits);
  }

  private addField(to: Measure, node: FieldNode, parent: GraphQLCompositeType | undefined): void {
    const name = node.name.value;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const under = empty();
    if (node.selectionSet !== undefined) {
      const type = field && getNamedType(field.type);
      this.addSelections(under, node.selectionSet, isCompositeType(type) ? type : undefined);
    }
    to.depth = Math.max(to.depth, 1 + under.depth);
    to.directives += under.directives;
    const use = `${parent?.name ?? ''}.${name}`;
    to.values += 1 + under.values * sizeOf(use, node, field, this.limits.entities);
    // Fields that the schema lacks, except `__…`, aren't counted, so `uses` stays small. Other rules refuse them.
    if (parent === undefined || (field === undefined && !name.startsWith('__'))) return;
    to.uses.set(use, (to.uses.get(use) ?? 0) + 1);
  }

  private compositeType(node: NamedTypeNode | undefined): GraphQLCompositeType | undefined {
    const type = node && this.schema.getType(node.name.value);
    return isCompositeType(type) ? type : undefined;
  }
}

/** Returns how often what is under a field can be in the answer: the size of a page, or of a list of entities. */
function sizeOf(
  use: string,
  node: FieldNode,
  field: GraphQLField<unknown, unknown> | undefined,
  entities: number,
): number {
  const takes = (name: string): boolean => field?.args.some((argument) => argument.name === name) ?? false;
  const given = (name: string): unknown =>
    node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (LONG_LISTS.has(use)) return MAX_ROWS;
  if (takes('representations')) return entities;
  if (!takes('first')) return 1;
  const size = (given('first') ?? given('limit')) as { kind: Kind; value: string } | undefined;
  return size?.kind === Kind.INT ? Math.min(Math.max(Number(size.value), 0), MAX_ROWS) : MAX_ROWS;
}

function empty(): Measure {
  return { depth: 0, directives: 0, values: 0, uses: new Map() };
}

function add(to: Measure, { depth, directives, values, uses }: Measure): void {
  to.depth = Math.max(to.depth, depth);
  to.directives += directives;
  to.values += values;
  for (const [use, count] of uses) to.uses.set(use, (to.uses.get(use) ?? 0) + count);
}

function refuseExcess({ depth, directives, values, uses }: Measure, limits: OperationLimits): void {
  if (depth > limits.depth) refuse('depth', `is more than ${limits.depth} levels deep`);
  if (directives > limits.directives) refuse('directives', `has more than ${limits.directives} directives`);
  if (values > limits.values)
    refuse('values', `asks for pages that may hold more than ${limits.values} values together`);
  for (const [use, count] of uses) {
    const limit = use === 'Query.taskStatus' ? 'lookups' : 'fields';
    if (count > limits[limit]) refuse(limit, `uses ${use} more than ${limits[limit]} times under one parent`);
  }
}

function refuse(limit: keyof OperationLimits, what: string): never {
  throw excess(limit, what);
}

function excess(limit: keyof OperationLimits, what: string): GraphQLError {
  return new GraphQLError(`The operation ${what}.`, { extensions: { limit } });
}
