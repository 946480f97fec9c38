// The tabs shown on the first visit. `variables` and `headers` are JSON texts.

const json = (value) => JSON.stringify(value, null, 2);

export const examples = [
  {
    query: `# Products with their category, brand and price, newest first.
# Ctrl-Enter runs the query, Ctrl-Space completes a field name.
# For the next page put pageInfo.endCursor into the variable "after".
query Products($first: Int!, $after: String) {
  products(first: $first, after: $after, sort: NEWEST) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      slug
      name
      category {
        name
      }
      brand {
        name
      }
      price {
        amount
        currency
      }
    }
  }
}
`,
    variables: json({ first: 10, after: null }),
    headers: null,
  },
  {
    query: `# One product by its slug: the last part of its address in the shop.
query Product($slug: String!) {
  product(slug: $slug) {
    id
    name
    description
    price {
      amount
      currency
    }
    brand {
      name
    }
    category {
      slug
      name
    }
    images {
      url
      alt
    }
    averageRating
    reviewCount
  }
}
`,
    variables: json({ slug: 'organic-bananas' }),
    headers: null,
  },
  {
    query: `# Full-text search. Facets count the hits per category, brand and price range;
# put a facet's value into the filter to narrow the result.
query Search($text: String!, $filter: SearchFilter) {
  search(query: $text, filter: $filter, first: 10) {
    totalCount
    nodes {
      slug
      name
      price {
        amount
        currency
      }
    }
    facets {
      categories {
        value
        label
        count
      }
      brands {
        value
        label
        count
      }
      priceRanges {
        from
        to
        count
      }
    }
  }
}
`,
    variables: json({ text: 'apple', filter: { inStock: true } }),
    headers: null,
  },
  {
    query: `# A category with the path that leads to it and its direct subcategories.
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
      productCount
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
    variables: json({ slug: 'fresh-fruit' }),
    headers: null,
  },
  {
    query: `# Log in, then copy the token from the response. In every tab that needs it,
# open "Headers" below the editor and write:
#
#   { "Authorization": "Bearer <token>" }
#
# Headers belong to the tab and are kept in this browser. The gear at the bottom
# left switches that off.
mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) {
    token
    expiresAt
    user {
      id
      name
      email
    }
  }
}
`,
    variables: json({ email: 'you@example.com', password: 'your-password' }),
    headers: null,
  },
  {
    query: `# Progress of background jobs, live over WebSocket. Put the token of the Login
# tab into "Headers"; it is sent when the connection opens. The stop button ends
# the subscription.
subscription JobEvents {
  jobEvents {
    jobId
    kind
    status
    progress
    message
    at
  }
}
`,
    variables: null,
    headers: json({ Authorization: 'Bearer <token>' }),
  },
];
