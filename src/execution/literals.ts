import {
  getNullableType,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** An operation's text with a variable in place of each literal that may be another one next time. */
export interface Template {
  readonly text: string;
  /** The literals by the names of their variables. */
  readonly values: Readonly<Record<string, string | number>>;
}

const STRING = '_string';
const INT = '_int';

/**
 * Comments, strings, and numbers that no name ends with. Strings with escapes and block strings are matched to be left as
 * they are, and so are numbers that are no small integers.
 */
const TOKENS = /#[^\n\r]*|"""[^]*?"""|"(?:[^"\\\n\r]|\\.)*"|(?<!\w)-?\d[\w.+-]*/g;
const PLAIN_STRING = /^"(?!"")[^\\]*"$/;
const SMALL_INT = /^-?(?:0|[1-9]\d{0,8})$/;

/**
 * Takes the literals out of an operation's text, so that texts that differ in them alone have one template. Equal
 * literals share a variable: whether two fields may be merged, which hangs on their arguments, is then the same for
 * every text of a template. Undefined where there is nothing to take out.
 */
export function toTemplate(source: string): Template | undefined {
  if (source.includes(STRING) || source.includes(INT)) return undefined;
  const names = new Map<string, string>();
  const values: Record<string, string | number> = {};
  const text = source.replace(TOKENS, (token) => {
    const isString = PLAIN_STRING.test(token);
    if (!isString && !SMALL_INT.test(token)) return token;
    let name = names.get(token);
    if (name === undefined) {
      name = `${isString ? STRING : INT}${names.size}`;
      names.set(token, name);
      values[name] = isString ? token.slice(1, -1) : Number(token);
    }
    return `$${name}`;
  });
  return names.size === 0 ? undefined : { text, values };
}

/**
 * The document of a template, whose text is valid with its literals in place. Undefined where a literal stands where
 * its kind alone doesn't tell that any other would do: then texts with other literals need a look of their own.
 */
export function parseTemplate(schema: GraphQLSchema, { text }: Template): DocumentNode | undefined {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch {
    return undefined; // Variables have defaults, where no variable may stand.
  }
  const typeInfo = new TypeInfo(schema);
  const misfits: string[] = [];
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      [Kind.VARIABLE]: ({ name: { value: name } }) => {
        const type = getNullableType(typeInfo.getInputType());
        const fits = name.startsWith(STRING)
          ? type === GraphQLID || type === GraphQLString
          : type === GraphQLInt;
        if ((name.startsWith(STRING) || name.startsWith(INT)) && !fits) misfits.push(name);
      },
    }),
  );
  return misfits.length === 0 ? document : undefined;
}
