/**
 * A row as it may really arrive: every field but `id` may be null, missing, of an unknown enum value, in another
 * casing, or of another type than documented. So nothing is promised here but the names.
 */
export interface WireTaskStatus {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly uniqueName?: unknown;
  readonly description?: unknown;
  readonly parentName?: unknown;
  readonly launcher?: unknown;
  readonly target?: unknown;
  readonly created?: unknown;
  readonly modified?: unknown;
  readonly launched?: unknown;
  readonly completed?: unknown;
  readonly completionStatus?: unknown;
  readonly messages?: unknown;
  readonly returns?: unknown;
  readonly attributes?: unknown;
  readonly progress?: unknown;
  readonly percentComplete?: unknown;
  readonly taskDefinitionSummary?: unknown;
}

/** One operation of a JSON Patch (RFC 6902) as it goes out. */
export interface WireJsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
  readonly from?: string;
}
