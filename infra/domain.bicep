// A host name of your own with a certificate that Azure issues and renews. The name must be bound before a certificate is
// issued for it, and is bound again with that certificate.

@description('Name of the function app.')
param appName string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The host name. A CNAME record points from it to the app, and the TXT record asuid.NAME holds the app\'s verification id.')
param domain string

@description('Whether the name is bound with its certificate already, and must not lose it for a while.')
param isBound bool

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource binding 'Microsoft.Web/sites/hostNameBindings@2024-11-01' = if (!isBound) {
  parent: app
  name: domain
  properties: {
    customHostNameDnsRecordType: 'CName'
    hostNameType: 'Verified'
    sslState: 'Disabled'
  }
}

resource certificate 'Microsoft.Web/sites/certificates@2024-11-01' = {
  parent: app
  name: domain
  location: location
  tags: tags
  properties: {
    canonicalName: domain
  }
  dependsOn: [
    binding
  ]
}

module tls 'domain-tls.bicep' = {
  name: 'berth-domain-tls'
  params: {
    appName: appName
    domain: domain
    thumbprint: certificate.properties.thumbprint
  }
}
