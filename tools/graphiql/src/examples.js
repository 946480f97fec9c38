// The tabs shown on the first visit. `variables` and `headers` are JSON texts.

const json = (value) => JSON.stringify(value, null, 2);

export const examples = [
  {
    query: `# Products with their category, brand and price, newest first.
# Ctrl-Enter runs the query, Ctrl-Space completes a field name.
# For the next page put pageInfo.endCursor into the variable "after".
query Products($first: Int!, $after: String, $where: ProductWhere) {
  products(first: $first, after: $after, where: $where, orderBy: { field: CREATED_AT, direction: DESC }) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      slug
      name
      dietary
      category {
        name
      }
      brand {
        name
      }
      price {
        from {
          amount
          currencyCode
        }
      }
    }
  }
}
`,
    variables: json({ first: 10, after: null, where: { dietary: ['VEGAN'] } }),
    headers: null,
  },
  {
    query: `# One product by its slug: the last part of its address in the shop.
query Product($slug: String!) {
  product(slug: $slug) {
    id
    name
    description
    brand {
      name
    }
    category {
      slug
      breadcrumbs {
        name
      }
    }
    variants {
      sku
      barcode
      name
      mrp {
        amount
      }
      attributes {
        attribute {
          name
        }
        value
      }
    }
    hsn {
      code
      description
    }
    gstRate {
      rateBp
      validFrom
      source
    }
    media {
      url
      alt
    }
  }
}
`,
    variables: json({ slug: 'annapurna-farms-1121-sella-basmati-rice' }),
    headers: null,
  },
  {
    query: `# Full-text search that forgives typing errors. Facets count the hits; put a facet's
# value into the variable "where" to narrow the result, for example
# { "attributes": [{ "code": "organic", "values": ["true"] }] }.
query Search($term: String!, $where: SearchWhere) {
  search(term: $term, where: $where, first: 10) {
    totalCount
    correctedTerm
    nodes {
      highlight {
        text
        matched
      }
      product {
        slug
        price {
          from {
            amount
          }
        }
      }
    }
    facets {
      code
      values {
        value
        label
        count
      }
    }
  }
}
`,
    variables: json({ term: 'basmatti rice', where: { priceMax: { amount: '500.00' } } }),
    headers: null,
  },
  {
    query: `# A category with the path that leads to it and the shelves below.
query Category($slug: String!) {
  category(slug: $slug) {
    id
    name
    breadcrumbs {
      slug
      name
    }
    children {
      slug
      name
    }
    products(first: 5) {
      totalCount
      nodes {
        slug
        name
      }
    }
  }
}
`,
    variables: json({ slug: 'staples' }),
    headers: null,
  },
  {
    query: `# Log in, then copy the access token from the answer. In every tab that needs it,
# open "Headers" below the editor and write:
#
#   { "Authorization": "Bearer <token>" }
#
# Headers belong to the tab and are kept in this browser. The gear at the bottom
# left switches that off.
mutation Login($input: SessionCreateInput!) {
  sessionCreate(input: $input) {
    login {
      accessToken
      refreshToken
      expiresAt
    }
    challenge {
      id
    }
    errors {
      code
      message
      path
    }
  }
}
`,
    variables: json({ input: { email: 'neha@demo.freshvilla.example', password: 'FreshVilla-demo-1' } }),
    headers: null,
  },
  {
    query: `# Progress of a background job, live over WebSocket, from its first event on. Put
# the token of the Login tab into "Headers" (it is sent when the connection opens)
# and a job's ID into the variables: { jobs { nodes { id kind status } } } lists yours.
subscription JobEvents($id: ID!, $after: String) {
  jobEvents(id: $id, after: $after) {
    cursor
    kind
    status
    progress
    error
    at
  }
}
`,
    variables: json({ id: 'job_…', after: null }),
    headers: json({ Authorization: 'Bearer <token>' }),
  },
];
