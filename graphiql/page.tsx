import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import { createRoot } from 'react-dom/client';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import '@graphiql/react/style.css';
import './page.css';
import './workers.js';

/** The texts of schema/operations, by file name: each is a tab of a first visit. */
const examples = import.meta.glob<string>('../schema/operations/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const root = document.getElementById('graphiql');
if (root) {
  createRoot(root).render(
    <GraphiQL
      fetcher={createGraphiQLFetcher({ url: location.pathname, enableIncrementalDelivery: false })}
      defaultTabs={Object.values(examples).map((query) => ({ query }))}
      defaultEditorToolsVisibility="headers"
      inputValueDeprecation
    />,
  );
}
