// The second binding of domain.bicep: a template may name a resource only once.

@description('Name of the function app.')
param appName string

@description('The host name.')
param domain string

@description('Thumbprint of its certificate.')
param thumbprint string

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource binding 'Microsoft.Web/sites/hostNameBindings@2024-11-01' = {
  parent: app
  name: domain
  properties: {
    customHostNameDnsRecordType: 'CName'
    hostNameType: 'Verified'
    sslState: 'SniEnabled'
    thumbprint: thumbprint
  }
}
