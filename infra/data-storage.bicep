// Storage of the registry: layers in a container, everything else in a table. Both are made here, so the app needs no right
// to make any.

@description('Name of the storage account.')
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Redundancy.')
param sku string

@description('Blob container for layers.')
param containerName string

@description('Table for everything else.')
param tableName string

@description('Days for which a deleted blob can be restored.')
param softDeleteDays int

@description('Days after which pieces of abandoned uploads are deleted.')
param abandonedUploadDays int

@description('Principal of the function app.')
param principalId string

var roles = loadJsonContent('roles.json')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isHnsEnabled: false
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    // Clients follow signed links straight to the account.
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    cors: {
      corsRules: []
    }
    deleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: containerName
  properties: {
    publicAccess: 'None'
  }
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    cors: {
      corsRules: []
    }
  }
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = {
  parent: tables
  name: tableName
}

// Blob storage drops uncommitted blocks, so the parts of an abandoned upload, 7 days after the last one by itself. What a
// request left that is too little for a block (32 to 64 KiB; less is kept in the upload's record) lies under tails/ until the
// next request. Nothing there is ever part of a finished blob: only that may be deleted by age. A layer under objects/ is as
// live after ten years as on its first day.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'abandoned-uploads'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                '${containerName}/tails/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: abandonedUploadDays
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [
    blobs
  ]
}

resource mayWriteBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container.id, principalId, roles.storageBlobDataContributor)
  scope: container
  properties: {
    description: 'The registry reads, writes and deletes layers.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource maySignLinks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, roles.storageBlobDelegator)
  scope: account
  properties: {
    description: 'The registry gets the key that it signs download links with; Azure has no smaller scope for it.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDelegator)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource mayWriteTable 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(table.id, principalId, roles.storageTableDataContributor)
  scope: table
  properties: {
    description: 'The registry reads, writes and deletes records.'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageTableDataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('Endpoint of the blob service.')
output blobServiceUri string = account.properties.primaryEndpoints.blob

@description('Endpoint of the table service.')
output tableServiceUri string = account.properties.primaryEndpoints.table
