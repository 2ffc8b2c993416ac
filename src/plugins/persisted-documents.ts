import { createHash } from 'node:crypto';
import { parse, stripIgnoredCharacters, visit } from 'graphql';

/** The allowed operations, by any id or text that a client can send for them. */
export interface PersistedDocuments {
  /** Returns the text for an id of the manifest, or for the SHA-256 of a text in it. Undefined if there is none. */
  byId(id: string): string | undefined;
  /** Whether a text is in the manifest. Ignores spaces, commas and comments. Doesn't parse it. */
  has(text: string): boolean;
  /** Whether a text is in the manifest, and selects nothing that only a federation router may. */
  serves(text: string): boolean;
}

/** Indexes a manifest, which has texts by id. */
export function createPersistedDocuments(manifest: ReadonlyMap<string, string>): PersistedDocuments {
  const ids = new Map<string, string>();
  const texts = new Set<string>();
  const routers = new Set<string>();
  for (const text of manifest.values()) {
    const bare = stripIgnoredCharacters(text);
    for (const form of [text, bare]) {
      texts.add(form);
      ids.set(hashOf(form), text);
      if (asksEntities(text)) routers.add(form);
    }
  }
  // Last, so that an id takes precedence over another text's hash.
  for (const [id, text] of manifest) ids.set(id, text);
  const has = (text: string): boolean => texts.has(text) || texts.has(withoutIgnored(text));
  return {
    byId: (id) => ids.get(bareId(id)),
    has,
    serves: (text) => has(text) && !routers.has(text) && !routers.has(withoutIgnored(text)),
  };
}

/** Returns the SHA-256 of a text in hexadecimal digits, as automatic persisted queries use it. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Removes the `sha256:` that the GraphQL-over-HTTP appendix on persisted documents puts before a hash. */
function bareId(id: string): string {
  return id.startsWith('sha256:') ? id.slice('sha256:'.length) : id;
}

function withoutIgnored(text: string): string {
  try {
    return stripIgnoredCharacters(text);
  } catch {
    return text; // Not GraphQL, so not in the manifest.
  }
}

function asksEntities(text: string): boolean {
  let found = false;
  visit(parse(text, { noLocation: true }), {
    Field: ({ name }) => {
      found ||= name.value === '_entities' || name.value === '_service';
    },
  });
  return found;
}
