import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { z } from 'zod';

/** Texts of the operations that clients were built with, by id. */
export type OperationManifest = ReadonlyMap<string, string>;

/** The form that `@apollo/generate-persisted-query-manifest` writes. */
const apolloForm = z
  .object({
    format: z.literal('apollo-persisted-query-manifest'),
    version: z.literal(1),
    operations: z.array(z.object({ id: z.string().min(1), body: z.string() })).min(1),
  })
  .transform(({ operations }) => new Map(operations.map(({ id, body }) => [id, body])));

/** The form that codegen's client preset (`persistedDocuments`) and relay-compiler (`persistConfig.file`) write. */
const mapForm = z
  .record(z.string().min(1), z.string())
  .refine((texts) => Object.keys(texts).length > 0)
  .transform((texts) => new Map(Object.entries(texts)));

/**
 * Reads a manifest.
 * @throws Error if it is wrong, with a message that continues “must be”.
 */
export function readOperationManifest(path: string): OperationManifest {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`a JSON file that can be read: ${String(error)}`, { cause: error });
  }
  const { success, data } = z.union([apolloForm, mapForm]).safeParse(content);
  if (!success)
    throw new Error(
      `a manifest of operations, as Apollo’s, codegen’s or Relay’s tools write it, and not empty: ${path}`,
    );
  for (const [id, text] of data) {
    try {
      parse(text, { noLocation: true });
    } catch (error) {
      throw new Error(`a manifest of GraphQL documents; ${id} is none: ${String(error)}`, { cause: error });
    }
  }
  return data;
}
