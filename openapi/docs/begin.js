// Beside this page lie the description of the routes and the routes themselves.
SwaggerUIBundle({ url: 'openapi.json', dom_id: '#routes', tryItOutEnabled: true, validatorUrl: null });
