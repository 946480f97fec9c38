import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import './style.css';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import { createStorage, headersPersisted, prepareStorage } from './storage.js';

prepareStorage(examples);

createRoot(document.getElementById('graphiql')).render(
  createElement(
    GraphiQL,
    {
      fetcher: createFetcher(),
      storage: createStorage(),
      defaultTabs: examples,
      defaultQuery: '# FreshVilla marketplace. Ctrl-Space completes, Ctrl-Enter runs.\n\n',
      defaultEditorToolsVisibility: true,
      isHeadersEditorEnabled: true,
      shouldPersistHeaders: headersPersisted(),
      showPersistHeadersSettings: true,
      inputValueDeprecation: true,
      schemaDescription: true,
    },
    createElement(GraphiQL.Logo, null, createElement('span', { className: 'fv-logo' }, 'FreshVilla')),
  ),
);
