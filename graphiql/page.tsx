import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import { createRoot } from 'react-dom/client';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import '@graphiql/react/style.css';
import { AnswerStatus } from './answer.js';
import { fetcher } from './fetcher.js';
import './page.css';
import { CopyAsCurl, DownloadSchema } from './tools.js';
import './workers.js';

/** Texts of schema/operations, by path. Each opens in a tab on a first visit. */
const examples = import.meta.glob<string>('../schema/operations/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Whether there is too little room to open the headers editor at first. */
const isNarrow = matchMedia('(max-width: 700px)').matches;

const root = document.getElementById('graphiql');
if (root) {
  createRoot(root).render(
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={Object.values(examples).map((query) => ({ query }))}
      defaultEditorToolsVisibility={isNarrow ? false : 'headers'}
      inputValueDeprecation
    >
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <CopyAsCurl />
            <DownloadSchema />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <AnswerStatus />
      </GraphiQL.Footer>
    </GraphiQL>,
  );
}
