/**
 * A row as it might arrive: every field might be null, missing, an unknown enum value, in another case, or of another
 * type than documented. So only the names are promised here.
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

/** One operation of a JSON Patch (RFC 6902), as it is sent. */
export interface WireJsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
  readonly from?: string;
}
