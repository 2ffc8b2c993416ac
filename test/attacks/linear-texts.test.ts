import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { expectLinear, fill, post, series, startGateways, type Gateways } from '../support/linear.js';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await startGateways();
});
afterAll(() => gateways.stop());

/** Texts of operations, valid or broken, each of them long in a different way. */
const texts: Record<string, () => string> = {
  'a string without an end, of escaped quotes': () => `{ a(x: "${fill('\\"')}`,
  'a string without an end': () => `{ a(x: "${fill('x')}`,
  'a string without an end, of backslashes': () => `{ a(x: "${fill('\\\\')}`,
  'strings without an end, a line each': () => `{ a(x: ${fill('"x\n')}`,
  'a string of escapes': () => `{ taskStatus(id: "${fill('\\u0041')}") { id } }`,
  'a string of code points': () => `{ taskStatus(id: "${fill('\\u{1F600}')}") { id } }`,
  'a string of escapes that are none': () => `{ taskStatus(id: "${fill('\\q')}") { id } }`,
  'a string of lone surrogates': () => `{ taskStatus(id: "${fill('\ud800')}") { id } }`,
  'a block string without an end': () => `{ a(x: """${fill('\\"""')}`,
  'a block string of quotes': () => `{ taskStatus(id: """${fill('" ""')} """) { id } }`,
  'a block string of lines': () => `{ taskStatus(id: """${fill('  x\n')}""") { id } }`,
  'a block string of blank lines': () => `{ taskStatus(id: """${fill(' \n')}""") { id } }`,
  'block strings': () => `{ a(x: [${fill('"""""" ')}]) }`,
  strings: () => `{ a(x: [${fill('"" ')}]) }`,
  quotes: () => fill('"'),
  comments: () => `${fill('#\n')}{ __typename }`,
  'a comment': () => `#${fill('{ " ')}\n{ __typename }`,
  commas: () => `{ __typename ${fill(',')} }`,
  'marks of byte order': () => `${fill('\ufeff')}{ __typename }`,
  lines: () => `${fill('\n')}{ __typename }`,
  'lines of two characters': () => `${fill('\r\n')}{ __typename }`,
  braces: () => fill('{'),
  'braces that close': () => fill('}'),
  'nested fields': () => fill('{a'),
  brackets: () => `{ a(x: ${fill('[')}`,
  parentheses: () => `{ a${fill('(')}`,
  names: () => `{ ${fill('a ')} }`,
  'different names': () => `{ ${series((index) => `a${index} `)} }`,
  'a name': () => `{ ${fill('a')} }`,
  'an operation’s name': () => `query ${fill('a')} { __typename }`,
  'words that begin an operation': () => fill('query '),
  'a word and spaces': () => `query ${fill(' ')}!`,
  'an argument’s name': () => `{ taskStatus(${fill('a')}: 1) { id } }`,
  'an enum’s value': () => `{ taskStatuses(sort: {field: ${fill('A')}, direction: ASC}) { totalCount } }`,
  'a type’s name': () => `query ($x: ${fill('A')}) { __typename }`,
  'an integer': () => `{ taskStatuses(limit: ${fill('1')}) { totalCount } }`,
  'a decimal': () => `{ taskStatuses(limit: 0.${fill('0')}1) { totalCount } }`,
  'an exponent': () => `{ taskStatuses(limit: 1e${fill('9')}) { totalCount } }`,
  integers: () => `{ taskStatuses(limit: [${fill('1 ')}]) { totalCount } }`,
  'signs of numbers': () => `{ taskStatuses(limit: ${fill('-')}) { totalCount } }`,
  directives: () => `{ __typename ${fill('@a ')} }`,
  'signs of directives': () => `{ __typename ${fill('@')} }`,
  'a directive’s name': () => `{ __typename @${fill('a')} }`,
  variables: () => `query (${series((index) => `$a${index}:Int `)}) { __typename }`,
  'variables that there are not': () =>
    `{ taskStatuses(filter: {id: {in: [${fill('$a ')}]}}) { totalCount } }`,
  'a variable’s name': () => `query ($${fill('a')}: Int) { __typename }`,
  'a variable’s type': () => `query ($a: ${fill('[')}`,
  aliases: () => `{ ${series((index) => `a${index}: __typename `)} }`,
  'an alias': () => `{ ${fill('a')}: __typename }`,
  spreads: () => `{ ${fill('...A ')} }`,
  'a spread of a long name': () => `{ ...${fill('a')} }`,
  dots: () => `{ ${fill('.')} }`,
  fragments: () => `{ ...F0 } ${series((index) => `fragment F${index} on Query { ...F${index + 1} } `)}`,
  'members of an input': () =>
    `{ taskStatuses(filter: {${series((index) => `a${index}:1 `)}}) { totalCount } }`,
  'ids of a filter': () => `{ taskStatuses(filter: {id: {in: [${fill('"a" ')}]}}) { totalCount } }`,
  'control characters': () => `{ a ${fill('\u0000')} }`,
  'letters that GraphQL lacks': () => `{ a ${fill('ü')} }`,
  'types of the client’s own': () => series((index) => `type A${index} { a: Int } `),
  // Within every limit. The lines in front would be counted for the location of each error.
  'lines, and lookups that fail': () =>
    `${fill('\n')}{ ${series((i) => `t${i}: taskStatus(id: "") { id } `, 250)} }`,
  'subscriptions that share a chain of fragments': () =>
    `${series((i) => `subscription S${i}{taskStatusChanged{...F0}} `, 1_000)}${series((i) => `fragment F${i} on TaskStatusChange{...F${i + 1}} `, 600)}fragment F600 on TaskStatusChange{gone}`,
  'lines, and a circle of fragments': () =>
    `${fill('\n')}{ ...F0 } ${series((i) => `fragment F${i} on Query { ...F${(i + 1) % 1_500} } `, 1_500)}`,
  'lines, and fields that conflict': () =>
    `${fill('\n')}{ ${series((i) => `a: taskStatuses(limit: ${i + 1}) { nodes { b: id } } a: pendingTasks { nodes { b: type } } `, 45)} }`,
  'lines, and types of the client’s own': () =>
    `${fill('\n')}${series((i) => `type A${i} { a: Int } `, 500)}`,
};

const query = (text: string): string => JSON.stringify({ query: text });
const plainText = query(`# ${fill('x')}\n{ __typename }`);
const plain = (): Promise<void> => post(gateways.open, plainText);
const plainToListed = (): Promise<void> => post(gateways.listed, plainText);

describe('a text is handled in time that grows with its length', () => {
  test.each(Object.entries(texts))('%s', async (name, make) => {
    const body = query(make());
    await expectLinear(plain, () => post(gateways.open, body), name);
    await expectLinear(plainToListed, () => post(gateways.listed, body), `${name}, where a list is enforced`);
  });
});
