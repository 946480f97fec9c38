// GraphiQL keeps its state in localStorage under keys with this prefix.
const PREFIX = 'graphiql:';
const TABS = `${PREFIX}tabState`;
const PERSIST_HEADERS = `${PREFIX}shouldPersistHeaders`;
const EDITORS = ['query', 'variables', 'headers'];
const HISTORY = [`${PREFIX}queries`, `${PREFIX}favorites`];

/** Headers are kept unless the user switched that off in the settings. */
export function headersPersisted() {
  return read(PERSIST_HEADERS) !== 'false';
}

/**
 * GraphiQL fills its editors from one key per editor, not from the tab that is
 * shown. Without this the first example would open without its variables, and
 * a reload would add a tab whenever the two disagree.
 */
export function prepareStorage(examples) {
  const state = parse(read(TABS));
  const tab = state?.tabs?.[state.activeTabIndex] ?? examples[0];
  for (const editor of EDITORS) write(PREFIX + editor, tab[editor]);
}

/**
 * localStorage, except that the query history holds no headers while the user
 * does not want headers kept. `null` when the browser refuses storage.
 */
export function createStorage() {
  if (!available()) return null;
  return {
    getItem: (key) => localStorage.getItem(key),
    removeItem: (key) => localStorage.removeItem(key),
    setItem(key, value) {
      const strip = HISTORY.includes(key) && !headersPersisted();
      localStorage.setItem(key, strip ? withoutHeaders(value) : value);
      if (key === PERSIST_HEADERS && value === 'false') {
        for (const history of HISTORY) write(history, withoutHeaders(read(history)));
      }
    },
    get length() {
      return ownKeys().length;
    },
    clear() {
      for (const key of ownKeys()) localStorage.removeItem(key);
    },
  };
}

function withoutHeaders(text) {
  const value = parse(text);
  return value && JSON.stringify(value, (key, inner) => (key === 'headers' ? undefined : inner));
}

function ownKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function available() {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
}

function read(key) {
  return available() ? localStorage.getItem(key) : null;
}

function write(key, value) {
  if (!available()) return;
  if (value) localStorage.setItem(key, value);
  else localStorage.removeItem(key);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
