import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import { printSchema } from 'graphql';
import type { ReactNode } from 'react';
import { isSubscription, streamHeaders } from './fetcher.js';

/** Button that copies the operation as a curl command. */
export function CopyAsCurl(): ReactNode {
  const editors = useGraphiQL(({ queryEditor, variableEditor, headerEditor }) => ({
    queryEditor,
    variableEditor,
    headerEditor,
  }));
  const copy = (): void => {
    const { queryEditor, variableEditor, headerEditor } = editors;
    const variables = parse(variableEditor?.getValue());
    const query = queryEditor?.getValue() ?? '';
    const body = { query, ...(variables && { variables }) };
    const isStream = isSubscription(query);
    const headers = {
      ...(isStream ? streamHeaders : { 'content-type': 'application/json' }),
      ...parse(headerEditor?.getValue()),
    };
    const command = [
      // curl holds events back unless told not to.
      `curl ${isStream ? '-N ' : ''}${quote(location.origin + location.pathname)}`,
      ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
      `-d ${quote(JSON.stringify(body))}`,
    ];
    void navigator.clipboard.writeText(command.join(' \\\n  '));
  };
  return <Tool label="Copy as curl" path="M2 3l5 5-5 5M8 13h6" onClick={copy} />;
}

/** Button that downloads the schema as a file. */
export function DownloadSchema(): ReactNode {
  const schema = useGraphiQL((state) => state.schema);
  const download = (): void => {
    if (!schema) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([printSchema(schema)], { type: 'application/graphql' }));
    link.download = 'schema.graphql';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Tool label="Download the schema" path="M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11" onClick={download} />
  );
}

/** A toolbar button. Its icon is one path on 16 × 16. */
function Tool({ label, path, onClick }: { label: string; path: string; onClick: () => void }): ReactNode {
  return (
    <ToolbarButton onClick={onClick} label={label}>
      <svg
        className="graphiql-toolbar-icon"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      >
        <path d={path} />
      </svg>
    </ToolbarButton>
  );
}

/** Parses the JSON object in an editor; undefined if it holds none. */
function parse(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Quotes a text for a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
